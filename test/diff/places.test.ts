import { describe, expect, test } from '@jest/globals';
import { commitAll, diff, diffToJson, git, large, small, spec, twoEnvironments, write, writeLocks } from './project.ts';

const bastion = 'access: { bastion: { zone: europe-west1-b } }\n';

/** Each change with where it is from. */
async function placesOf(args: readonly string[] = ['--against', 'old.yaml']) {
  return (await diffToJson(args)).changes.map(({ resource, field, places }) => [
    field === null ? resource : `${resource} ${field}`,
    ...(places as { path: string; kind: string; file: string; line: number }[]).map(
      ({ path, kind, file, line }) => `${file}:${line} ${path} ${kind}`,
    ),
  ]);
}

describe('where a change is from', () => {
  test('one line of the spec, for all that is derived of it', async () => {
    write('old.yaml', spec(small));
    write('platform.yaml', spec(large));
    expect(await placesOf()).toEqual([
      ['cloudSql.instance tier', 'platform.yaml:4 hosting.cloudSql.tier written'],
      ['cloudSql.alerts maxConnections', 'platform.yaml:4 hosting.cloudSql.tier written'],
    ]);
    const { stdout } = await diff(['--against', 'old.yaml']);
    expect(stdout.match(/→ terraform\/instance\.tf:\d+, terraform\/monitoring\.tf:\d+\n/g)).toHaveLength(1);
    const markdown = (await diff(['--against', 'old.yaml', '--format', 'markdown'])).stdout;
    expect(markdown).toMatch(
      /<code>platform\.yaml:4 hosting\.cloudSql\.tier<\/code> → <code>terraform\/instance\.tf:\d+/,
    );
  });
  test('a mistake of an environment that was not asked for hides no place', async () => {
    const faulty = 'environments: { dev: {}, prod: { hosting: { cloudSql: { tier: nonsense } } } }\n';
    write('old.yaml', spec(small, twoEnvironments));
    write('platform.yaml', spec(large, faulty));
    expect(await placesOf(['--against', 'old.yaml', '--env', 'dev'])).toEqual([
      ['cloudSql.instance tier', 'platform.yaml:4 hosting.cloudSql.tier written'],
      ['cloudSql.alerts maxConnections', 'platform.yaml:4 hosting.cloudSql.tier written'],
    ]);
  });
  test('a key that is gone is shown where it was', async () => {
    write('old.yaml', spec(small, bastion));
    write('platform.yaml', spec(small));
    expect(await placesOf()).toEqual([['bastion', 'old.yaml:5 access gone']]);
    expect((await diff(['--against', 'old.yaml'])).stdout).toContain('terraform/bastion.tf (removed)');
  });
  test("an overlay's null is what takes a key away", async () => {
    write('old.yaml', spec(small, bastion + twoEnvironments));
    write('platform.yaml', spec(small, `${bastion}environments: { dev: { access: { bastion: null } }, prod: {} }\n`));
    expect(await placesOf()).toEqual([['bastion', 'platform.yaml:6 environments.dev.access.bastion written']]);
  });
  test('an environment that is made or goes, and how many files', async () => {
    write('old.yaml', spec(small, 'environments: { dev: {}, old: {} }\n'));
    write('platform.yaml', spec(small, 'environments: { dev: {}, new: {} }\n'));
    const places = new Set((await placesOf()).map(([, place]) => place));
    expect(places).toEqual(new Set(['platform.yaml:5 environments.new written', 'old.yaml:5 environments.old gone']));
    const { stdout } = await diff(['--against', 'old.yaml', '--hunks']);
    expect(stdout).toMatch(/→ \d+ files \(made\)/);
    expect(stdout).toContain('  terraform/instance.tf (removed)\n');
    expect(stdout).not.toContain('resource "google_sql_database_instance"');
  });
});

describe('against a lock', () => {
  test('the spec in HEAD is the one that it is of, by its hash', async () => {
    await git('init', '-q');
    write('platform.yaml', spec(small, bastion));
    writeLocks(spec(small, bastion), { hash: true });
    await commitAll();
    write('platform.yaml', spec(large));
    expect(await placesOf([])).toContainEqual(['bastion', 'HEAD:platform.yaml:5 access gone']);
  });
  test('of a spec that is nowhere, the files are known and the places are not', async () => {
    writeLocks(spec(small), { hash: true });
    write('platform.yaml', spec(large));
    expect(await placesOf([])).toEqual([['cloudSql.instance tier'], ['cloudSql.alerts maxConnections']]);
    expect((await diff()).stdout).toMatch(/→ terraform\/instance\.tf:\d+\n/);
  });
});

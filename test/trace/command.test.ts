import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { cleanEnvironment } from '../support/cli.ts';
import { projectRoot } from '../support/root.ts';
import { runInProcess } from '../support/run-program.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

let folder = '';
beforeAll(async () => {
  folder = makeTemporaryFolder('explain');
  cpSync(join(projectRoot, 'examples/01-cloud-sql/platform.yaml'), join(folder, 'platform.yaml'));
  await run('compile');
});

/** Runs a command in the folder, as `main.ts` would. */
function run(...args: readonly string[]) {
  return runInProcess(args, { env: cleanEnvironment('empty'), cwd: folder });
}

/** Where a text first stands in a file, as `explain` takes it. */
function find(path: string, text: string): string {
  const lines = readFileSync(join(folder, path), 'utf8').split('\n');
  const line = lines.findIndex((one) => one.includes(text)) + 1;
  if (line === 0) throw new Error(`${path} has no ${text}`);
  return `${path}:${line}`;
}

/** Where a text first stands in the spec, as a pattern. */
function placed(text: string): string {
  const path = find('platform.yaml', text);
  const line = readFileSync(join(folder, 'platform.yaml'), 'utf8').split('\n')[Number(path.split(':')[1]) - 1] ?? '';
  return `${path.replace('.', '\\.')}:${line.indexOf(text) + 1}`;
}

const instance = 'generated/prod/terraform/instance.tf';

describe('a line of an artifact', () => {
  test('is shown with the line of the spec behind it', async () => {
    const { code, stdout } = await run('explain', find(instance, 'db-custom-4-16384'));
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /hosting\.cloudSql\.tier {2}platform\.yaml:15:11\n\s+15 \| {5}tier: db-custom-4-16384\n\s+\| +\^{17}\n/,
    );
  });
  test('that was derived has the rule that it follows by, and where that is from', async () => {
    const { stdout } = await run('explain', find('generated/prod/terraform/monitoring.tf', 'full     = 500'));
    expect(stdout).toMatch(
      /It follows by\n {2}The memory of a tier sets .*\n {2}Cloud SQL for PostgreSQL's documentation/,
    );
    const json = await run('explain', '--format', 'json', find(instance, 'db-custom-4-16384'));
    expect(JSON.parse(json.stdout).lines[0].rules).toEqual([]);
  });
  test('of one environment comes from its overlay', async () => {
    const { stdout } = await run('explain', find('generated/dev/terraform/instance.tf', 'db-custom-1-3840'));
    expect(stdout).toMatch(new RegExp(`hosting\\.cloudSql\\.tier {2}${placed('db-custom-1-3840')}\n`));
  });
  test('that no key says has its default', async () => {
    const { stdout } = await run('explain', '--format', 'json', find(instance, 'update_track'));
    expect(JSON.parse(stdout).lines[0].causes[0]).toMatchObject({
      effect: 'text',
      path: 'hosting.cloudSql.maintenance.track',
      kind: 'default',
      default: 'stable',
      place: { file: 'platform.yaml' },
    });
  });
  test('is found from any folder that a person may mean', async () => {
    const at = find(instance, 'db-custom-4-16384');
    const wanted = (await run('explain', at)).stdout;
    expect((await run('explain', join(folder, at))).stdout).toBe(wanted);
    expect((await run('explain', at.replace('generated/', ''))).stdout).toBe(wanted);
    expect((await run('explain', at.replace('generated/prod/', ''), '--env', 'prod')).stdout).toBe(wanted);
  });
  test('neighbours with the same causes stand together', async () => {
    const { stdout } = await run('explain', `${instance}:1-2`);
    expect(stdout).toContain(`${instance}:1-2\n`);
  });
  test.each([
    [`${instance}:9999`, /has no line 9999\n {2}→ it has \d+ lines/],
    [instance, /which line of .*instance\.tf\?/],
    ['generated/prod/terraform/instence.tf:1', /did you mean generated\/prod\/terraform\/instance\.tf\?/],
    ['platform.yaml:3', /is no file that platform makes\n {2}→ what it makes is below generated\/dev, generated\/prod/],
    ['generated/prod/platform.lock.json:3', /records the whole/],
  ])('%s is none', async (subject, wanted) => {
    const { code, stderr, stdout } = await run('explain', subject);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(wanted);
  });
  test('of a file edited by hand is explained where it is ours, refused where it is not', async () => {
    const path = join(folder, instance);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, `# mine\n${text}`);
    const ours = await run('explain', find(instance, 'db-custom-4-16384'));
    const mine = await run('explain', `${instance}:1`);
    writeFileSync(path, text);
    expect(ours.stdout).toMatch(/hosting\.cloudSql\.tier/);
    expect(ours.stderr).toMatch(/is stale elsewhere, or edited by hand; platform compile writes it anew/);
    expect([mine.code, mine.stderr]).toEqual([
      2,
      expect.stringMatching(/it is stale, or edited by hand\n {2}→ .*platform compile/),
    ]);
  });
});

describe('a key of the spec', () => {
  test('is listed with its lines in each environment', async () => {
    const { stdout } = await run('explain', 'hosting.cloudSql.tier', '--format', 'json');
    const environments = JSON.parse(stdout).environments as { environment: string; artifacts: { path: string }[] }[];
    expect(environments.map(({ environment }) => environment)).toEqual(['dev', 'prod']);
    expect(environments[1]?.artifacts.map(({ path }) => path)).toContain('terraform/instance.tf');
  });
  test('of one overlay is that of its environment', async () => {
    const { stdout } = await run('explain', 'environments.dev.hosting.cloudSql.tier');
    expect(stdout).toContain('tier                        = "db-custom-1-3840"');
    expect(stdout).not.toContain('db-custom-4-16384');
    const overlay = await run('explain', 'environments.dev');
    expect(overlay.stdout).toMatch(new RegExp(`environments\\.dev {2}${placed('dev:')}`));
  });
  test.each(['access.people[0].member', 'access.people.0.member'])('%s is one', async (subject) => {
    expect((await run('explain', subject, '--env', 'prod')).stdout).toContain('member = "user:ana@example.org"');
  });
  test('that can be nothing else makes lines too', async () => {
    const { stdout } = await run('explain', 'hosting.cloudSql.version', '--env', 'prod');
    expect(stdout).toContain('database_version = "POSTGRES_15"');
  });
  test('that makes nothing says what it keeps away', async () => {
    const { stdout } = await run('explain', 'pipelines.sentinel2.schedule', '--env', 'dev');
    expect(stdout).toMatch(
      /makes no line of an artifact as it stands[\s\S]*\+ terraform\/kubernetes\/ingest-sentinel2\.yaml/,
    );
  });
  test.each([
    ['hosting.cloudSql.teir', 'did you mean hosting.cloudSql.tier?'],
    ['environments.prd', 'did you mean environments.prod?'],
    ['access.people[7]', 'it has 0, 1'],
    ['tier', 'did you mean hosting.cloudSql.tier?'],
    ['poolSize', 'did you mean kubernetes.pooler.poolSize?'],
  ])('%s is none', async (subject, hint) => {
    const { code, stderr } = await run('explain', subject);
    expect([code, stderr]).toEqual([2, expect.stringContaining(hint)]);
  });
});

test('a mistake of an environment that was not asked for is nothing to explain', async () => {
  const text = readFileSync(join(folder, 'platform.yaml'), 'utf8');
  writeFileSync(
    join(folder, 'other.yaml'),
    text.replace('prod: {}', 'prod: { hosting: { cloudSql: { tier: nonsense } } }'),
  );
  const { code, stdout } = await run('explain', 'hosting.cloudSql.tier', '--spec', 'other.yaml', '--env', 'dev');
  expect(code).toBe(0);
  expect(stdout).toContain('terraform/instance.tf');
});

test('the map is kept, used while it fits, and says the same', async () => {
  const asked = [
    ['explain', find(instance, 'db-custom-4-16384')],
    ['explain', 'kubernetes.proxy.port'],
  ] as const;
  const before = await Promise.all(asked.map((args) => run(...args)));
  expect((await run('explain', '--map')).stderr).toContain('.platform/prod.map.json');
  expect(await Promise.all(asked.map((args) => run(...args)))).toEqual(before);
  const path = join(folder, '.platform/prod.map.json');
  const map = JSON.parse(readFileSync(path, 'utf8'));
  expect(map.lines['terraform/instance.tf'].at(-1).lines[1]).toBe(
    readFileSync(join(folder, instance), 'utf8').split('\n').length - 1,
  );
  writeFileSync(path, JSON.stringify({ ...map, places: [] }));
  expect((await run(...asked[0])).stdout).not.toContain('hosting.cloudSql.tier');
  writeFileSync(path, JSON.stringify({ ...map, places: [], spec: { ...map.spec, sha256: 'of another' } }));
  expect((await run(...asked[0])).stdout).toBe(before[0]?.stdout);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'not JSON');
  expect((await run(...asked[0])).stdout).toBe(before[0]?.stdout);
});

import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  commitAll,
  diff,
  diffToJson,
  git,
  large,
  project,
  small,
  spec,
  tierChange,
  twoEnvironments,
  write,
  writeLocks,
} from './project.ts';

describe('against the lock', () => {
  test('on disk where there is no git', async () => {
    writeLocks(spec(small));
    write('platform.yaml', spec(large));
    const { code, changes } = await diffToJson();
    expect(code).toBe(0);
    expect(changes[0]).toMatchObject({
      ...tierChange,
      rule: { id: 'cloudsql/tier-restarts', reason: expect.any(String), loss: null, source: expect.any(String) },
    });
    expect(changes.map(({ field }) => field)).toEqual(['tier', 'maxConnections']);
    expect((await diff()).stderr).toBe('platform.yaml against the locks in generated (there is no git here)\n\n');
  });

  test("of HEAD, whatever the working tree's says", async () => {
    await git('init', '-q');
    writeLocks(spec(small));
    write('platform.yaml', spec(small));
    await commitAll();
    write('platform.yaml', spec(large));
    writeLocks(spec(large));
    const { changes } = await diffToJson();
    expect(changes[0]).toMatchObject(tierChange);
    expect((await diff()).stderr).toContain('the locks in HEAD');
  });

  test('of HEAD where the project is a folder inside the repository', async () => {
    await git('init', '-q');
    const root = project.folder;
    project.folder = join(root, 'projects/my earth');
    writeLocks(spec(small));
    write('platform.yaml', spec(large));
    project.folder = root;
    await commitAll();
    project.folder = join(root, 'projects/my earth');
    expect((await diffToJson()).changes[0]).toMatchObject(tierChange);
  });

  test.each([
    ['without any commit', false],
    ['without a lock', true],
  ])('of a HEAD %s: all is created', async (_, committed) => {
    await git('init', '-q');
    write('platform.yaml', spec(small));
    if (committed) await commitAll();
    const { changes } = await diffToJson();
    expect(changes.length).toBeGreaterThan(3);
    for (const change of changes) expect(change).toMatchObject({ impact: 'create', field: null, before: null });
    expect((await diff()).stderr).toContain('nothing: HEAD has no lock');
  });

  test('an environment that is gone is destroyed, one that is new created; --env limits both', async () => {
    writeLocks(spec(small, twoEnvironments));
    write('platform.yaml', spec(small, 'environments: { prod: {}, test: {} }\n'));
    const summary = (changes: readonly Record<string, unknown>[]) => [
      ...new Set(changes.map(({ environment, impact }) => `${environment} ${impact}`)),
    ];
    expect(summary((await diffToJson()).changes)).toEqual(['test create', 'dev destroy']);
    expect(summary((await diffToJson(['--env', 'prod'])).changes)).toEqual([]);
    expect(summary((await diffToJson(['--env', 'test'])).changes)).toEqual(['test create']);
  });

  test.each([
    ['of another model', '{ "lockVersion": 1, "compiler": "9.9.9", "platform": { "modelVersion": 2 } }', '9.9.9'],
    ['of another kind', '[]', 'unknown'],
    ['that is null', 'null', 'unknown'],
    ['with a merge conflict', '<<<<<<< HEAD\n{}', 'not JSON'],
  ])('a lock %s: exit 2, and what to do', async (_, lock, message) => {
    write('platform.yaml', spec(small));
    write('generated/default/platform.lock.json', lock);
    const { code, stdout, stderr } = await diff();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('generated/default/platform.lock.json');
    expect(stderr).toContain(message);
    expect(stderr).toContain('--against HEAD');
  });
});

describe('against a spec file', () => {
  test('is shown from that file to this one', async () => {
    write('platform.yaml', spec(large));
    write('old.yaml', spec(small));
    expect((await diffToJson(['--against', 'old.yaml'])).changes[0]).toMatchObject(tierChange);
    expect((await diffToJson(['old.yaml', '--against', 'platform.yaml'])).changes[0]).toMatchObject({
      before: large,
      after: small,
    });
  });
});

describe("the provider's version", () => {
  const disk = (type: string) =>
    spec(small).replace(`{ tier: ${small} }`, `{ tier: ${small}, disk: { type: ${type} } }`);
  const versionsTf = (constraint: string) =>
    `terraform {\n  required_providers {\n    google = {\n      source = "hashicorp/google"\n      version = "${constraint}"\n    }\n  }\n}\n`;
  beforeEach(() => {
    writeLocks(disk('ssd'));
    write('platform.yaml', disk('hdd'));
  });

  test("is Terraform's own lock's where there is one", async () => {
    expect((await diffToJson()).changes[0]).toMatchObject({ impact: 'replace' });
    write('generated/default/terraform/versions.tf', versionsTf('>= 6.50, < 8.0'));
    expect((await diffToJson()).changes[0]).toMatchObject({ impact: 'replace' });
    write(
      'generated/default/terraform/.terraform.lock.hcl',
      'provider "registry.terraform.io/hashicorp/google" {\n  version = "7.45.0"\n}\n',
    );
    expect((await diffToJson()).changes[0]).toMatchObject({ impact: 'refused' });
  });

  test('outside of what the rules know is warned of, on stderr and in JSON', async () => {
    write('generated/default/terraform/versions.tf', versionsTf('>= 7.0'));
    const said = 'generated/default/terraform/versions.tf lets in hashicorp/google >= 7.0';
    expect((await diff()).stderr).toContain(`warning: ${said}`);
    expect(JSON.parse((await diff(['--format', 'json'])).stdout).warnings).toEqual([expect.stringContaining(said)]);
  });
});

test('--exit-code: 1 where there are changes, 0 where there are none', async () => {
  writeLocks(spec(small));
  write('platform.yaml', spec(small));
  const none = await diff(['--exit-code']);
  expect({ code: none.code, stdout: none.stdout }).toEqual({ code: 0, stdout: 'No changes.\n' });
  write('platform.yaml', spec(large));
  expect((await diff(['--exit-code'])).code).toBe(1);
  expect((await diff()).code).toBe(0);
});

test('the pretty form: results on stdout, talk on stderr', async () => {
  writeLocks(spec(small));
  write('platform.yaml', spec(large));
  const { stdout } = await diff();
  expect(stdout).toContain('cloudSql.instance\n    ↻ restart  tier  db-custom-2-7680 → db-custom-4-16384\n');
  expect(stdout).toMatch(/2 changes: 1 restart, 1 update\.\n$/);
});

test('an interrupt ends it with 130', async () => {
  await git('init', '-q');
  write('platform.yaml', spec(small));
  const interrupted = AbortSignal.abort();
  expect((await diff([], { signal: interrupted })).code).toBe(130);
});

test('without git installed it reads the lock on disk', async () => {
  writeLocks(spec(small));
  write('platform.yaml', spec(large));
  const { stdout } = await diff([], { env: { PATH: '/nonexistent' } });
  expect(stdout).toContain('tier');
});

describe('--fail-on', () => {
  beforeEach(() => {
    writeLocks(spec(small));
    write('platform.yaml', spec(large));
  });
  const acknowledge = (until: string) =>
    `acknowledgements: [{ change: cloudSql.instance, field: tier, impact: restart, reason: larger, until: ${until} }]\n`;

  test.each(['pretty', 'json', 'markdown'])('exits 1 and names what fails, in %s', async (format) => {
    const { code, stderr, stdout } = await diff(['--fail-on', 'restart', '--format', format]);
    expect(code).toBe(1);
    expect(stderr).toContain('--fail-on restart: not acknowledged:\n  default: cloudSql.instance tier (restart)\n');
    expect(stdout).not.toBe('');
    expect((await diff(['--fail-on', 'replace', '--format', format])).code).toBe(0);
  });

  test('passes over what is acknowledged: the very lines that it prints', async () => {
    const { acknowledge: paste, failing } = JSON.parse(
      (await diff(['--fail-on', 'restart', '--format', 'json'])).stdout,
    );
    expect({ failing, paste }).toEqual({ failing: 1, paste: expect.stringContaining('until: "1970-01-31"') });
    write('platform.yaml', spec(large, paste));
    const { code, stdout } = await diff(['--fail-on', 'restart']);
    expect(code).toBe(0);
    expect(stdout).toContain('acknowledged until 1970-01-31: say why');
  });

  test('not over what has expired, which is said', async () => {
    write('platform.yaml', spec(large, acknowledge('1969-12-31')));
    const { code, stdout } = await diff(['--fail-on', 'restart']);
    expect(code).toBe(1);
    expect(stdout).toContain('expired on 1969-12-31');
  });

  test('the same below an environment', async () => {
    writeLocks(spec(small, twoEnvironments));
    write('platform.yaml', spec(large, twoEnvironments));
    const { acknowledge: paste } = JSON.parse((await diff(['--fail-on', 'restart', '--format', 'json'])).stdout);
    expect(paste).toMatch(
      /^environments:\n {2}dev:\n {4}acknowledgements:\n.*environment default.*\n.*tier.*\n {2}prod:\n/,
    );
    write('platform.yaml', spec(large, paste));
    expect((await diff(['--fail-on', 'restart'])).code).toBe(0);
  });

  test('an impact that is none is a usage error', async () => {
    expect(await diff(['--fail-on', 'create'])).toMatchObject({ code: 2, stdout: '' });
  });
});

test('--hunks: what each change writes, in every format', async () => {
  write('platform.yaml', spec(large));
  write('old.yaml', spec(small));
  const pretty = await diff(['--against', 'old.yaml', '--hunks']);
  expect(pretty.stdout).toMatch(
    /terraform\/instance\.tf:\d+\n {2}- +tier += "db-custom-2-7680"\n {2}\+ +tier += "db-custom-4-16384"/,
  );
  expect((await diff(['--against', 'old.yaml'])).stdout).not.toMatch(/^ {2}[-+] +tier/m);
  const markdown = await diff(['--against', 'old.yaml', '--hunks', '--format', 'markdown']);
  expect(markdown.stdout).toMatch(
    /<details><summary>What is written where<\/summary>\n\n```diff\n[\s\S]*\n\+ +tier += "db-custom-4-16384"/,
  );
  const json = JSON.parse((await diff(['--against', 'old.yaml', '--hunks', '--format', 'json'])).stdout);
  expect(json.hunks[0]).toMatchObject({ environment: 'default', places: [{ path: 'hosting.cloudSql.tier' }] });
  expect(json.hunks[0].changes).toEqual(['cloudSql.instance tier', 'cloudSql.alerts maxConnections']);
  expect(json.hunks[0].hunks.map(({ path }: { path: string }) => path)).toEqual([
    'terraform/instance.tf',
    'terraform/monitoring.tf',
  ]);
});

test('--hunks in a comment is cut to what a comment may hold', async () => {
  const pipelines = Array.from({ length: 120 }, (_, at) => `  p${at}: { source: { files: [a.ndjson] } }\n`).join('');
  write('platform.yaml', spec(large, `pipelines:\n${pipelines}`));
  write('old.yaml', spec(small));
  const { stdout } = await diff(['--against', 'old.yaml', '--hunks', '--format', 'markdown']);
  expect(stdout.length).toBeLessThan(65_536);
  expect(stdout).toMatch(/… and \d+ more lines/);
});

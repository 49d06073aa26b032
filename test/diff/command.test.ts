import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Context } from '../../src/cli/context.ts';
import { runProgram } from '../../src/cli/program.ts';
import { cleanEnvironment } from '../support/cli.ts';
import { resolveNow } from '../support/resolve.ts';
import { runOrThrow } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

const spec = (tier: string, more = '') => `apiVersion: platform/v1
name: earth
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: { tier: ${tier} } }
${more}`;
const small = 'db-custom-2-7680';
const large = 'db-custom-4-16384';
const twoEnvironments = 'environments: { dev: {}, prod: {} }\n';

let folder = '';
let aboveIt = '';
beforeEach(() => {
  folder = makeTemporaryFolder('diff');
  aboveIt = dirname(folder);
});

/** Runs the command in the test's folder, as `main.ts` would. */
async function diff(args: readonly string[] = [], { env = {}, signal = new AbortController().signal } = {}) {
  const written = { stdout: '', stderr: '' };
  const capture = (stream: keyof typeof written) => ({
    write: (text: string) => {
      written[stream] += text;
    },
    isTerminal: false,
    color: false,
  });
  const context: Context = {
    env: { ...cleanEnvironment('empty'), GIT_CEILING_DIRECTORIES: aboveIt, ...env },
    cwd: folder,
    stdout: capture('stdout'),
    stderr: capture('stderr'),
    now: () => new Date(0),
    signal,
  };
  const code = await runProgram(context, ['diff', ...args]);
  return { code, ...written };
}

async function diffToJson(args: readonly string[] = []) {
  const { code, stdout, stderr } = await diff([...args, '--format', 'json']);
  if (stdout === '') throw new Error(stderr);
  return { code, changes: JSON.parse(stdout).changes as readonly Record<string, unknown>[] };
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** The locks that compile writes, without the artifacts beside them. */
function writeLocks(text: string): void {
  const resolved = resolveNow({ path: 'platform.yaml', text });
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.diagnostics));
  for (const platform of resolved.value) {
    write(
      `generated/${platform.environment}/platform.lock.json`,
      JSON.stringify({ lockVersion: 1, compiler: '0.1.0', files: [], platform }),
    );
  }
}

async function git(...args: readonly string[]): Promise<string> {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false'];
  return (
    await runOrThrow('git', [...identity, ...args], { cwd: folder, env: cleanEnvironment('empty') })
  ).stdout.trim();
}

async function commitAll(): Promise<string> {
  await git('add', '-A');
  await git('commit', '-q', '-m', 'all');
  return git('rev-parse', 'HEAD');
}

const tierChange = {
  environment: 'default',
  resource: 'cloudSql.instance',
  field: 'tier',
  before: small,
  after: large,
  impact: 'restart',
};

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
    const root = folder;
    folder = join(root, 'projects/my earth');
    writeLocks(spec(small));
    write('platform.yaml', spec(large));
    folder = root;
    await commitAll();
    folder = join(root, 'projects/my earth');
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

describe('against a git ref', () => {
  test('a commit, a branch or HEAD', async () => {
    await git('init', '-q', '-b', 'trunk');
    write('platform.yaml', spec(small));
    const commit = await commitAll();
    write('platform.yaml', spec(large));
    for (const ref of [commit, commit.slice(0, 8), 'trunk', 'HEAD']) {
      expect((await diffToJson(['--against', ref])).changes[0]).toMatchObject(tierChange);
    }
    expect((await diff(['--against', 'trunk'])).stderr).toContain('platform.yaml against trunk:platform.yaml\n');
  });

  test('a spec in spec/, from another folder', async () => {
    await git('init', '-q', '-b', 'trunk');
    write('spec/platform.yaml', spec(small));
    write('sub/x', '');
    await commitAll();
    write('spec/platform.yaml', spec(large));
    folder = join(folder, 'sub');
    expect((await diffToJson(['--against', 'trunk'])).changes[0]).toMatchObject(tierChange);
    expect((await diff(['--against', 'trunk'])).stderr).toContain('against trunk:spec/platform.yaml\n');
  });

  test('that does not exist, or did not have the spec yet, or is no ref at all: exit 2', async () => {
    await git('init', '-q', '-b', 'trunk');
    write('other', '');
    await commitAll();
    write('platform.yaml', spec(small));
    for (const [ref, message] of [
      ['nowhere', 'no such file, and no such commit'],
      ['trunk', 'git has no trunk:platform.yaml'],
      ['--output=x', 'no such commit'],
    ]) {
      const { code, stdout, stderr } = await diff([`--against=${ref}`]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(message);
    }
  });

  test('whose spec has mistakes: they are shown, with the place in that ref', async () => {
    await git('init', '-q', '-b', 'trunk');
    write('platform.yaml', spec('no-tier'));
    await commitAll();
    write('platform.yaml', spec(small));
    const { code, stderr } = await diff(['--against', 'trunk']);
    expect(code).toBe(2);
    expect(stderr).toContain('trunk:platform.yaml:4:');
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

test('--against live is a usage error', async () => {
  write('platform.yaml', spec(small));
  const { code, stdout, stderr } = await diff(['--against', 'live']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('live');
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

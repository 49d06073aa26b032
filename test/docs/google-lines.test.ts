import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { describeWith } from '../support/needs.ts';
import { projectRoot } from '../support/root.ts';
import { runOrThrow, runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { type Call, listCalls, readBlocks, readTerraform } from './google-lines.ts';

/** Every page of docs/, and every guide and Terraform file that is compiled and committed. */
function readAll(): readonly string[] {
  const folders = [
    'docs',
    'generated',
    ...readdirSync(join(projectRoot, 'examples')).map((name) => `examples/${name}/generated`),
  ];
  return folders
    .flatMap((folder) =>
      readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' }).map((path) =>
        join(projectRoot, folder, path),
      ),
    )
    .flatMap((path) => {
      if (path.endsWith('.md')) return readBlocks(readFileSync(path, 'utf8'));
      return path.endsWith('.tf') ? readTerraform(readFileSync(path, 'utf8')) : [];
    });
}

async function listAll(program: string): Promise<readonly Call[]> {
  const calls = (await listCalls(readAll())).filter(([name]) => name === program);
  return [...new Map(calls.map((call) => [call.join(' '), call])).values()];
}

/** What the shell would read as these words again; what stands behind `--` is for another program. */
function writeCall(call: Call): string {
  const end = call.indexOf('--');
  return call
    .slice(0, end < 0 ? undefined : end)
    .map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`)
    .join(' ');
}

interface Judgement {
  readonly command_string: string;
  readonly success: boolean;
  readonly error_message: string | null;
}

/** By gcloud's own check of commands and flags, which asks nobody; what it refuses, with why. */
async function judge(calls: readonly string[]): Promise<readonly string[]> {
  const folder = makeTemporaryFolder('gcloud');
  const file = join(folder, 'commands.json');
  writeFileSync(file, JSON.stringify(calls.map((call) => ({ command_string: call }))));
  const { stdout } = await runOrThrow('gcloud', ['meta', 'lint-gcloud-commands', `--commands-file=${file}`], {
    env: { ...process.env, CLOUDSDK_CONFIG: folder },
  });
  const judgements = JSON.parse(stdout) as readonly Judgement[];
  expect(judgements).toHaveLength(calls.length);
  return judgements.filter(({ success }) => !success).map((one) => `${one.command_string}: ${one.error_message}`);
}

describeWith(['gcloud', 'bash'], 'lines of gcloud, read by gcloud', () => {
  test('in every page, guide and alert: the command is there, and takes these flags', async () => {
    const calls = (await listAll('gcloud')).map(writeCall);
    expect(calls.length).toBeGreaterThan(30);
    expect(await judge(calls)).toEqual([]);
  }, 300_000);

  test('what it does not know is refused', async () => {
    const [call = []] = await listCalls(["gcloud sql backups list --instance='a b' --projet=c | head"]);
    expect(await judge([writeCall(call)])).toEqual([expect.stringContaining('unrecognized arguments: --projet=c')]);
  }, 60_000);
});

describeWith(['go'], 'lines of kubectl, read by kubectl', () => {
  let kubectl: string;

  beforeAll(async () => {
    const setup = join(projectRoot, 'tools/kubernetes-check/setup');
    kubectl = join((await runOrThrow(setup, [], { timeout: 850_000 })).stdout.trim(), 'kubectl');
  }, 900_000);

  /** What it says where no cluster answers: its arguments are looked at before. */
  async function ask(words: readonly string[]): Promise<string> {
    const env = { PATH: process.env['PATH'] ?? '', HOME: makeTemporaryFolder('kubectl') };
    const cwd = join(projectRoot, 'generated/default');
    return (await runProcess(kubectl, ['--server=http://127.0.0.1:1', ...words], { cwd, env })).stderr;
  }

  test('in every page and guide: it gets as far as asking the cluster', async () => {
    const calls = await listAll('kubectl');
    expect(calls.length).toBeGreaterThan(5);
    for (const [, ...words] of calls)
      expect([words, await ask(words)]).toEqual([words, expect.stringContaining('refused')]);
  }, 120_000);

  test('what it does not know is refused', async () => {
    expect(await ask(['logs', '--namespce=x', 'pod'])).toContain('unknown flag: --namespce');
  });
});

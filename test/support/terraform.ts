import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { unzipSync } from 'fflate';
import { findTestCache } from './cache.ts';
import { withLock } from './lock.ts';
import { projectRoot } from './root.ts';
import { type RunResult, runOrThrow, runProcess } from './run.ts';
import { makeTemporaryFolder } from './temporary.ts';

const tool = join(projectRoot, 'tools/terraform-check');

/**
 * Terraform core's `fmt -check`, `init`, `validate` and `test` over each folder of .tf files, offline, `init` and
 * `validate` with the newest providers too; code 0 where all hold, and stdout names each step. The first call on a machine sets the tool up, which takes minutes. The suite needs
 * `go` and `python`.
 */
export async function checkTerraform(folders: readonly string[]): Promise<RunResult> {
  return runProcess(join(tool, 'check'), folders, { env: await setUp(), timeout: 850_000 });
}

/** What `checkTerraform` says of each folder, without its name, by one process for all of them. */
export async function checkEachFolder(folders: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { stdout, stderr } = await checkTerraform(folders);
  const starts = folders.map((folder) => stdout.indexOf(`${folder}: `));
  if (starts.includes(-1)) throw new Error(`not every folder was checked:\n${stdout}\n${stderr}`);
  return new Map(
    folders.map((folder, index) => [
      folder,
      stdout.slice(starts[index], starts[index + 1]).replaceAll(`${folder}: `, ''),
    ]),
  );
}

/** What is said of a folder that has tests and in which nothing is wrong. */
export const everyStepOk = `fmt ok
init ok
validate ok
test ok
init by the newest providers ok
validate by the newest providers ok
`;

/** One resource of a plan: what Terraform would do to it, and the address it had, where that is another. */
export interface ResourceChange {
  readonly address: string;
  readonly previous_address?: string;
  readonly change: { readonly actions: readonly ('no-op' | 'create' | 'update' | 'delete')[] };
}

/**
 * What Terraform core plans for a folder of .tf files over the state that another one left when it was applied, by a
 * provider to which everything succeeds. `variables` are `name=value`. Needs `go` and `python`, as above.
 */
export async function planTerraformChange(
  before: string,
  after: string,
  variables: readonly string[],
): Promise<readonly ResourceChange[]> {
  const args = [before, after, ...variables.map((variable) => `-var=${variable}`)];
  const { stdout } = await runOrThrow(join(tool, 'plan-change'), args, { env: await setUp(), timeout: 600_000 });
  return (JSON.parse(stdout) as { resource_changes: readonly ResourceChange[] }).resource_changes;
}

/** One resource of a state; `depends_on` are addresses without their keys, the indirect ones too. */
export interface StateResource {
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly index?: string | number;
  readonly values: Readonly<Record<string, unknown>>;
  readonly depends_on?: readonly string[];
}

/** What Terraform core has in its state after an apply to nothing, by a provider to which everything succeeds. */
export async function applyTerraform(folder: string, variables: readonly string[]): Promise<readonly StateResource[]> {
  const args = [folder, ...variables.map((variable) => `-var=${variable}`)];
  const { stdout } = await runOrThrow(join(tool, 'apply'), args, { env: await setUp(), timeout: 600_000 });
  const state = JSON.parse(stdout) as { values: { root_module: { resources: readonly StateResource[] } } };
  return state.values.root_module.resources;
}

/**
 * Everything that Terraform keeps when a folder of .tf files is applied and then planned again, as text: the state, the
 * plan as JSON, and each member of the plan file. `variables` are `name=value`. Needs `go` and `python`, as above.
 */
export async function keepTerraformState(
  folder: string,
  variables: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const kept = makeTemporaryFolder('terraform-kept');
  const env = { ...(await setUp()), TERRAFORM_CHECK_KEEP: kept };
  const args = [folder, folder, ...variables.map((variable) => `-var=${variable}`)];
  const { stdout } = await runOrThrow(join(tool, 'plan-change'), args, { env, timeout: 600_000 });
  const members = Object.entries(unzipSync(readFileSync(join(kept, 'plan'))));
  return new Map([
    ['terraform.tfstate', readFileSync(join(kept, 'terraform.tfstate'), 'utf8')],
    ['plan.json', stdout],
    ...members.map(([name, bytes]) => [`plan/${name}`, Buffer.from(bytes).toString('latin1')] as const),
  ]);
}

/**
 * Runs a bash script to its first failure, with `terraform` on PATH: Terraform core with a provider to which everything
 * succeeds, whose questions are answered with yes. `commands` are bodies of further commands by name.
 */
export async function runWithTerraform(
  script: string,
  { cwd, input, commands }: { cwd: string; input: string; commands: Readonly<Record<string, string>> },
): Promise<RunResult> {
  const env = await setUp();
  const home = (await runOrThrow(join(tool, 'setup'), [], { env })).stdout.trim().split('\n').at(-1) ?? '';
  const programs = makeTemporaryFolder('terraform-programs');
  symlinkSync(join(home, 'terraform'), join(programs, 'terraform'));
  for (const [name, body] of Object.entries(commands))
    writeFileSync(join(programs, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  const answers = '-auto-approve -input=false';
  // Node's pipes are sockets, on which bash takes itself for one of rshd's and reads its own files, unless told not to.
  return runProcess('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
    cwd,
    input,
    timeout: 600_000,
    env: {
      ...env,
      PATH: [programs, env['PATH']].join(delimiter),
      TF_CLI_CONFIG_FILE: join(home, 'terraformrc'),
      TF_CLI_ARGS_apply: answers,
      TF_CLI_ARGS_destroy: answers,
      TF_IN_AUTOMATION: '1',
      CHECKPOINT_DISABLE: '1',
      NO_COLOR: '1',
    },
  });
}

/** The environment in which the tool runs, with all that it needs in its cache. */
async function setUp(): Promise<NodeJS.ProcessEnv> {
  const cache = findTestCache();
  const home = join(cache, 'terraform-check');
  // Debian's and Go's own places of the go command: it is often on no PATH.
  const path = [process.env['PATH'], '/usr/local/go/bin', '/usr/lib/go/bin'].join(delimiter);
  const env = { ...process.env, PATH: path, TERRAFORM_CHECK_HOME: home };
  // Its setup starts by removing what is there: two at once would undo each other.
  await withLock(join(cache, 'terraform-check.lock'), () =>
    runOrThrow(join(tool, 'setup'), [], { env, timeout: 900_000 }),
  );
  return env;
}

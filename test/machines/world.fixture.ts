import { readFileSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { cleanEnvironment, runCli } from '../support/cli.ts';
import { withHosts } from '../support/hosts.ts';
import { projectRoot } from '../support/root.ts';
import { type RunResult, runProcess } from '../support/run.ts';
import { type SecretManager, startSecretManager } from '../support/secret-manager.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { type Machine, startMachine } from './machine.fixture.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** The example on virtual machines, compiled in a folder of its own, both its machines, and Google's Secret Manager. */
export interface World {
  /** Where the spec is. */
  readonly folder: string;
  /** `generated/default`, from where the user guide's commands are run. */
  readonly environment: string;
  readonly machines: { readonly ingest: Machine; readonly pgstac: Machine };
  readonly secretManager: SecretManager;
  /** Runs a command where the names of machines and of Secret Manager are known, with `platform` where npm puts it. */
  run(command: readonly string[], env: Variables): Promise<RunResult>;
}

/** Whom the example's manifests have Metaflow's pods be. */
export const workload = 'harvest-metaflow-task@acme-fields.iam.gserviceaccount.com';

/** `projects/…/secrets/…`, as the example's Terraform names it. */
export function nameSecret(database: 'ingest' | 'pgstac', kind: 'password' | 'ca'): string {
  return `projects/acme-fields/secrets/harvest-${database}-${kind}`;
}

/** What Kubernetes and GKE tell every container. */
export const inPod = { KUBERNETES_SERVICE_HOST: '10.8.0.1', METADATA_SERVER_DETECTION: 'assume-present' };

/** The variables of `configs/metaflow_gcp.yaml`. */
export function readConfiguration(environment: string): Readonly<Record<string, string>> {
  const lines = readFileSync(join(environment, 'configs/metaflow_gcp.yaml'), 'utf8').trimEnd().split('\n');
  return Object.fromEntries(lines.map((line) => [line.replace(/=.*/, ''), line.replace(/^[^=]*=/, '')]));
}

/** `change` rewrites the example's spec before it is compiled. */
export async function startWorld(change: (spec: string) => string = (spec) => spec): Promise<World> {
  const folder = makeTemporaryFolder('machines');
  const example = join(projectRoot, 'examples/02-virtual-machines');
  await cp(join(example, 'items'), join(folder, 'items'), { recursive: true });
  await writeFile(join(folder, 'platform.yaml'), change(await readFile(join(example, 'platform.yaml'), 'utf8')));
  const compiled = await runCli(['compile'], { cwd: folder });
  if (compiled.code !== 0) throw new Error(compiled.stderr);
  const environment = join(folder, 'generated/default');
  const [ingest, pgstac, secretManager] = await Promise.all([
    startMachine(environment, 'ingest', "the ingest machine's 'own' \\ password"),
    startMachine(environment, 'pgstac', 'another: $1 %'),
    startSecretManager(),
  ]);
  const machines = { ingest, pgstac };
  publish(secretManager, machines);
  const hosts = [ingest.hosts, pgstac.hosts, secretManager.hosts];
  return {
    folder,
    environment,
    machines,
    secretManager,
    run: (command, env) => {
      const [program, args] = withHosts(hosts, command);
      const variables = { ...makeEnvironment(), ...secretManager.environment, ...env };
      return runProcess(program, args, { cwd: environment, env: variables, timeout: 200_000 });
    },
  };
}

/** What the machines have in Secret Manager once they have booted, and what Terraform grants to the workload. */
function publish(secretManager: SecretManager, machines: World['machines']): void {
  for (const database of ['ingest', 'pgstac'] as const) {
    const { password, certificate } = machines[database];
    secretManager.addVersion(nameSecret(database, 'password'), password);
    secretManager.addVersion(nameSecret(database, 'ca'), certificate);
    for (const kind of ['password', 'ca'] as const) secretManager.grant(workload, nameSecret(database, kind));
  }
}

/** Nobody's home and no credentials; `platform` as npm links it. */
function makeEnvironment(): Variables {
  const caches = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const command = `${process.execPath} ${join(projectRoot, 'dist/cli/main.js')}`;
  return {
    ...cleanEnvironment('empty'),
    XDG_CACHE_HOME: caches,
    METAFLOW_USER: 'test',
    PLATFORM_COMMAND: command,
    METADATA_SERVER_DETECTION: 'none',
  };
}

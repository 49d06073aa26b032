import { join } from 'node:path';
import { projectRoot } from './root.ts';
import { type RunOptions, type RunResult, runProcess } from './run.ts';
import { makeTemporaryFolder } from './temporary.ts';

export interface CliOptions extends Omit<RunOptions, 'env'> {
  /** Variables added to the clean environment; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** `empty`: a new HOME, so that no cache of an earlier run is found. Left out, the user's own caches serve. */
  readonly home?: 'empty' | string;
  /** The Node to run it with; left out, PLATFORM_TEST_NODE's, else this one. */
  readonly node?: string;
  /** The program; left out, the command that `npm run build` made. */
  readonly program?: string;
}

/** Runs `platform ARGS…` as a user does, without a terminal. `npm test` has built `dist/` before any suite starts. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<RunResult> {
  const {
    env,
    home,
    node = process.env['PLATFORM_TEST_NODE'] ?? process.execPath,
    program = join(projectRoot, 'dist/cli/main.js'),
    ...rest
  } = options;
  return runProcess(node, [program, ...args], { ...rest, env: { ...cleanEnvironment(home), ...env } });
}

// What a machine needs to work at all: where programs are, its language, and how its package managers get out.
const kept =
  /^(PATH|LANG|LC_ALL|TMPDIR|TZ|USER|SSL_CERT_FILE|SSL_CERT_DIR|NODE_EXTRA_CA_CERTS|PIP_.*|UV_.*|npm_config_.*|(https?|no|all)_proxy)$/i;

/** The environment without anything that changes what `platform` does: no DSN, no PLATFORM_SPEC, no NODE_OPTIONS, no CI. */
export function cleanEnvironment(home?: 'empty' | string): Record<string, string | undefined> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.test(name)));
  if (home !== undefined) return { ...env, HOME: home === 'empty' ? makeTemporaryFolder('home') : home };
  return { ...env, HOME: process.env['HOME'], XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] };
}

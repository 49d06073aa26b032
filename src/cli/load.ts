import { readFileSync } from 'node:fs';
import { type ResolvedSpec, resolveEnvironments } from '../compile.ts';
import { countDiagnostics } from '../diagnostic/count.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { suggestName } from '../diagnostic/suggest.ts';
import type { Platform } from '../model/platform.ts';
import { decodeSpec } from '../spec/decode.ts';
import { CommandError, type Context } from './context.ts';
import { findSpec } from './find-spec.ts';
import type { Given } from './render-command.ts';
import { showPath } from './show-path.ts';

/** A spec with mistakes: `main.ts` shows them as the command's format wants them and exits 2. */
export class SpecError extends CommandError {
  readonly diagnostics: readonly Diagnostic[];
  /** The texts that the diagnostics point into, by path. */
  readonly sources: ReadonlyMap<string, string>;

  constructor(diagnostics: readonly Diagnostic[], sources: ReadonlyMap<string, string>) {
    super(2, `${countDiagnostics(diagnostics)} in the spec`);
    this.name = 'SpecError';
    this.diagnostics = diagnostics;
    this.sources = sources;
  }
}

export interface LoadedSpec {
  /** Absolute. */
  readonly path: string;
  /** As shown: relative to the current folder. */
  readonly shown: string;
  readonly text: string;
}

export interface SpecFile extends LoadedSpec {
  readonly projectRoot: string;
}

export interface LoadedPlatforms {
  /** Those asked for, in the spec's order. */
  readonly platforms: readonly Platform[];
  /** Names of all environments of the spec. */
  readonly environments: readonly string[];
  readonly warnings: readonly Diagnostic[];
  readonly spec: LoadedSpec;
  readonly projectRoot: string;
}

/** Finds, reads, validates and resolves the spec. Throws `SpecError` with every mistake, `CommandError` where there is no spec. */
export async function loadPlatforms(
  context: Context,
  options: { readonly spec?: string | undefined; readonly env?: readonly string[] | undefined },
): Promise<LoadedPlatforms> {
  return resolvePlatforms(readSpecFile(context, options.spec), options.env ?? []);
}

/** The second half of `loadPlatforms`. */
export async function resolvePlatforms(
  { projectRoot, ...spec }: SpecFile,
  wanted: readonly string[],
): Promise<LoadedPlatforms> {
  const resolved = await resolveText(spec.text, spec.shown, wanted);
  for (const name of wanted) refuseUnknown(name, resolved.environments);
  return { ...resolved, spec, projectRoot };
}

/** Finds and reads the spec. Throws `CommandError` where there is none, `SpecError` where it is not text. */
export function readSpecFile(context: Context, named: string | undefined): SpecFile {
  const { path, projectRoot } = findSpec(context, named);
  const shown = showPath(context, path);
  return { path, shown, text: readText(path, shown), projectRoot };
}

export interface LoadedPlatform extends Omit<LoadedPlatforms, 'platforms'> {
  readonly platform: Platform;
  /** How it was asked for: the next command is given the same. */
  readonly given: Given;
}

/** The one environment that a command on a database needs: the only one, or the one named. */
export async function loadPlatform(
  context: Context,
  options: { readonly spec?: string | undefined; readonly env?: string | undefined },
): Promise<LoadedPlatform> {
  const { platforms, ...rest } = await loadPlatforms(context, {
    spec: options.spec,
    env: options.env === undefined ? [] : [options.env],
  });
  const [platform] = platforms;
  if (platform === undefined || platforms.length !== 1) {
    throw new CommandError(2, `the spec has ${platforms.length} environments: ${rest.environments.join(', ')}`, {
      hint: 'say which with --env NAME',
    });
  }
  return { platform, ...rest, given: { spec: options.spec, env: options.env } };
}

/** Resolves a text that is already at hand, e.g. an older version of the spec: the environments wanted, none means all. */
export async function resolveText(
  text: string,
  shown: string,
  wanted: readonly string[],
): Promise<ResolvedSpec & { readonly warnings: readonly Diagnostic[] }> {
  const resolved = await resolveEnvironments({ path: shown, text }, wanted);
  if (!resolved.ok) throw new SpecError(resolved.diagnostics, new Map([[shown, text]]));
  return { ...resolved.value, warnings: resolved.warnings };
}

const readFailures: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'its permissions do not let you',
};

function readText(path: string, shown: string): string {
  const bytes = readBytes(path, shown);
  const text = decodeSpec(bytes, shown);
  if (!text.ok) throw new SpecError(text.diagnostics, new Map([[shown, bytes.toString('utf8')]]));
  return text.value;
}

function readBytes(path: string, shown: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const cause = error as NodeJS.ErrnoException;
    throw new CommandError(2, `cannot read ${shown}: ${readFailures[cause.code ?? ''] ?? cause.message}`, { cause });
  }
}

function refuseUnknown(name: string, environments: readonly string[]): void {
  if (environments.includes(name)) return;
  const near = suggestName(name, environments);
  throw new CommandError(2, `the spec has no environment ${JSON.stringify(name)}`, {
    hint: near === null ? `it has ${environments.join(', ')}` : `did you mean ${near}?`,
  });
}

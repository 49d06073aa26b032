import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lockName } from '../../artifact/lock.ts';
import { countDiagnostics } from '../../diagnostic/count.ts';
import { planFolders } from '../commands/compile-plan.ts';
import { CommandError, type Context } from '../context.ts';
import { findSpec, locateOut } from '../find-spec.ts';
import { type LoadedPlatforms, loadPlatforms, SpecError } from '../load.ts';
import { renderCommand } from '../render-command.ts';
import { showPath } from '../show-path.ts';
import type { Finding } from './finding.ts';

export interface ProjectOptions {
  readonly spec?: string | undefined;
  readonly env?: string | undefined;
}

export interface Project {
  /** Null where there is no spec, or one with mistakes. */
  readonly loaded: LoadedPlatforms | null;
  readonly finding: Finding;
}

/** The spec, as the other commands find it. None is no fault: init makes one. */
export async function lookAtSpec(context: Context, options: ProjectOptions): Promise<Project> {
  const env = options.env === undefined ? [] : [options.env];
  try {
    const loaded = await loadPlatforms(context, { spec: options.spec, env });
    const names = loaded.platforms.map(({ environment }) => environment).join(', ');
    const warnings = loaded.warnings.length === 0 ? '' : `, ${countDiagnostics(loaded.warnings)}`;
    const found = `${loaded.spec.shown} is valid: ${names}${warnings}`;
    const fix = warnings === '' ? null : renderCommand(['validate'], options);
    return { loaded, finding: { name: 'spec', state: warnings === '' ? 'ok' : 'note', found, fix } };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { loaded: null, finding: explainSpec(context, options, error) };
  }
}

function explainSpec(context: Context, options: ProjectOptions, error: CommandError): Finding {
  const name = 'spec';
  if (error instanceof SpecError) {
    const found = `${showPath(context, findSpec(context, options.spec).path)}: ${error.message}`;
    return { name, state: 'missing', found, fix: renderCommand(['validate'], { spec: options.spec }) };
  }
  const isNamed = options.spec !== undefined || Boolean(context.env['PLATFORM_SPEC']) || options.env !== undefined;
  if (isNamed)
    return {
      name,
      state: 'missing',
      found: error.message,
      fix: error.hint ?? 'name one that is there with --spec, or make one: platform init',
    };
  return { name, state: 'note', found: error.message, fix: renderCommand(['init'], {}) };
}

/** Whether the generated files are those of the spec, environment by environment. */
export function lookAtArtifacts(context: Context, loaded: LoadedPlatforms, options: ProjectOptions): Finding {
  const name = 'artifacts';
  const given = { spec: options.spec, env: options.env };
  const compile = renderCommand(['compile'], given);
  const out = locateOut(context, loaded.projectRoot, undefined);
  const fresh = loaded.platforms.filter(({ environment }) => !existsSync(join(out, environment, lockName)));
  if (fresh.length > 0) {
    const names = fresh.map(({ environment }) => environment).join(', ');
    return { name, state: 'missing', found: `never compiled: ${names}`, fix: compile };
  }
  const wanted = {
    env: options.env === undefined ? [] : [options.env],
    check: true,
    force: false,
    format: 'pretty',
  } as const;
  const plans = planFolders(context, loaded, out, wanted);
  const refused = plans.reduce((sum, plan) => sum + plan.refused.length, 0);
  const stale = plans.reduce((sum, { write, remove }) => sum + write.length + remove.length, 0);
  if (refused > 0) {
    const found = `${countFiles(refused)} edited by hand or in the way`;
    return { name, state: 'missing', found, fix: renderCommand(['compile', '--check'], given) };
  }
  if (stale > 0) return { name, state: 'missing', found: `${countFiles(stale)} not as the spec says`, fix: compile };
  return { name, state: 'ok', found: `${showPath(context, out)} is up to date`, fix: null };
}

const countFiles = (count: number): string => `${count} ${count === 1 ? 'file is' : 'files are'}`;

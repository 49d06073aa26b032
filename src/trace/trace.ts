import type { Artifact } from '../artifact/artifact.ts';
import { emitPlatform } from '../emit/targets.ts';
import type { Platform } from '../model/platform.ts';
import { derivePlatform } from '../model/resolve.ts';
import type { SpecNode, SpecPath } from '../spec/node.ts';
import type { PlatformSpec } from '../spec/schema.ts';
import type { ValidSpec } from '../spec/validate.ts';
import { applyEdits, type Edit } from './edit.ts';
import { listProbes, type Probe } from './probes.ts';
import { type Emitted, type FileTouch, findTouches } from './touches.ts';

/** What is asked of one environment: what would its artifacts be, had something else been written. */
export interface Trace {
  readonly environment: string;
  /** False where the spec names no environments: the name then stands nowhere. */
  readonly named: boolean;
  /** The environment's merged spec, for places. */
  readonly root: SpecNode;
  readonly probes: readonly Probe[];
  readonly platform: Platform;
  readonly base: Emitted;
  /** The artifacts with the edits made, `base` itself where they change nothing; null where there can be none. */
  emit(edits: readonly Edit[]): Emitted | null;
  /** The artifacts with the environment's name another one; null where it stands nowhere. */
  emitRenamed(): Emitted | null;
  /** Lines that carry the spec's own text, or a hash of it: every line of the spec is behind them. */
  findCarriers(): readonly FileTouch[];
  /** The same of the spec without some entries of its maps, and without the probes inside them. */
  without(entries: readonly SpecPath[]): Trace;
}

/** Opens one environment of a spec that has passed validation. Throws where `environment` is not one of its own. */
export function openTrace(spec: ValidSpec, environment: string, specText: string): Trace {
  const found = spec.environments.find(({ name }) => name === environment);
  if (found === undefined) throw new RangeError(`the spec has no environment ${environment}`);
  const asked = { environment, named: spec.named, root: found.node };
  const trace = makeTrace(asked, found.value, specText, listProbes(found.node));
  return { ...trace, probes: trace.probes.filter(({ opens }) => opens === null || isSilent(opens, trace)) };
}

function makeTrace(
  asked: Pick<Trace, 'environment' | 'named' | 'root'>,
  value: PlatformSpec,
  specText: string,
  probes: readonly Probe[],
): Trace {
  const derive = (edits: readonly Edit[], name = asked.environment) =>
    derivePlatform(applyEdits(value, edits), name, asked.named);
  const platform = derive([]);
  const model = JSON.stringify(platform);
  const base = toEmitted(emitPlatform(platform, { specText }));
  return {
    ...asked,
    probes,
    platform,
    base,
    emit: (edits) => {
      try {
        const changed = derive(edits);
        return JSON.stringify(changed) === model ? base : toEmitted(emitPlatform(changed, { specText }));
      } catch {
        // The rules would have refused it (a name that is not there, two files of one name): it says nothing.
        return null;
      }
    },
    emitRenamed: () =>
      asked.named ? toEmitted(emitPlatform(derive([], `${asked.environment}2`), { specText })) : null,
    findCarriers: () => findTouches(base, toEmitted(emitPlatform(platform, { specText: `${specText}# ` }))),
    without: (paths) => {
      const removals = paths.map((path): Edit => ({ kind: 'remove', path }));
      const gone = new Set(paths.map((path) => JSON.stringify(path)));
      const isLeft = ({ path }: Probe) => !path.some((_, index) => gone.has(JSON.stringify(path.slice(0, index + 1))));
      return makeTrace(asked, applyEdits(value, removals), specText, probes.filter(isLeft));
    },
  };
}

/** Whether opening a map that is not written makes nothing: only then what is unwritten in it is a default. */
function isSilent(path: SpecPath, { emit, base }: Trace): boolean {
  return emit([{ kind: 'set', path, value: {} }]) === base;
}

function toEmitted(artifacts: readonly Artifact[]): Emitted {
  return new Map(artifacts.map(({ path, text }) => [path, text]));
}

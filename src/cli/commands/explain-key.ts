import { findNode, type SpecPath } from '../../spec/node.ts';
import { findAdditions } from '../../trace/additions.ts';
import { environmentPath } from '../../trace/causes.ts';
import { type Effects, findEffects, mergeEffects } from '../../trace/effects.ts';
import { type CauseMap, mapEnvironment } from '../../trace/map.ts';
import { type Probe, selectProbes } from '../../trace/probes.ts';
import { findPath, formatPath } from '../../trace/spec-path.ts';
import type { Trace } from '../../trace/trace.ts';
import { CommandError, type Context } from '../context.ts';
import { type ExplainedKey, formatKey, keysToJson } from './explain-key-format.ts';
import { readFreshMap } from './explain-map.ts';
import { showPlace } from './explain-place.ts';
import type { Explained } from './explained.ts';

/** Lists the lines that a place of the spec makes, by environment. Throws `CommandError` (exit 2) where there is no such place. */
export async function explainKey(context: Context, explained: Explained, subject: string): Promise<void> {
  const all: ExplainedKey[] = [];
  for (const { environment, path } of findPlaces(explained, subject)) {
    const trace = explained.openTrace(environment);
    const map = await readFreshMap(explained, trace);
    all.push(path === null ? explainEnvironment(explained, trace, map) : explainPlace(explained, trace, path, map));
  }
  if (explained.options.format === 'json') context.stdout.write(`${JSON.stringify(keysToJson(all), null, 2)}\n`);
  else context.stdout.write(all.map((one) => formatKey(context, explained, one, all.length > 1)).join('\n'));
}

interface PlaceOf {
  readonly environment: string;
  /** Null is the environment itself. */
  readonly path: SpecPath | null;
}

/** The place in each environment that was asked for; `environments.NAME.…` is that one's. */
function findPlaces(explained: Explained, subject: string): readonly PlaceOf[] {
  const asked = explained.loaded.platforms.map(({ environment }) => environment);
  const [, name, rest = ''] = /^environments\.([^.[]+)\.?(.*)$/.exec(subject) ?? [];
  if (name === undefined) return findInEach(explained, asked, subject);
  if (asked.includes(name))
    return rest === '' ? [{ environment: name, path: null }] : findInEach(explained, [name], rest);
  const known = findPath(`environments.${name}`, explained.document);
  throw known.kind === 'unknown'
    ? new CommandError(2, known.message, { hint: known.hint })
    : new CommandError(2, `${name} is not one of the environments asked for with --env`);
}

/** What one environment's overlay brings or takes away is a place of some of them only. */
function findInEach({ openTrace }: Explained, environments: readonly string[], subject: string): readonly PlaceOf[] {
  const found = environments.map((environment) => ({
    environment,
    at: findPath(subject, openTrace(environment).root),
  }));
  const places = found.flatMap(({ environment, at }) => (at.kind === 'found' ? [{ environment, path: at.path }] : []));
  const [first] = found;
  if (places.length === 0 && first?.at.kind === 'unknown')
    throw new CommandError(2, first.at.message, { hint: first.at.hint });
  return places;
}

function explainPlace(explained: Explained, trace: Trace, path: SpecPath, map: CauseMap | null): ExplainedKey {
  const probes = selectProbes(trace, path);
  const effects = findOrLookUp(trace, probes, map);
  const [first] = probes;
  const kind = findNode(trace.root, path) === null ? 'default' : (first?.kind ?? 'part');
  return {
    trace,
    shown: showPlace(explained, trace, { path, kind }),
    effects,
    wouldAdd: effects.size > 0 || first === undefined ? null : findAdditions(trace, first),
  };
}

/** What an environment makes: its name, and what its overlay says. */
function explainEnvironment(explained: Explained, trace: Trace, map: CauseMap | null): ExplainedKey {
  const path = environmentPath(trace);
  const overlay = findNode(explained.document, path);
  // Not the maps on the way to what it says, which the base has too.
  const isOwn = ({ path: at, kind }: Probe) =>
    overlay !== null &&
    findNode(overlay, at) !== null &&
    (kind === 'value' || findNode(explained.document, at) === null);
  const name = mapEnvironment(trace).map(({ effects }) => effects);
  const values = findOrLookUp(trace, trace.probes.filter(isOwn), map);
  return {
    trace,
    shown: showPlace(explained, trace, { path, kind: 'environment' }),
    effects: mergeEffects([...name, values]),
    wouldAdd: null,
  };
}

function findOrLookUp(trace: Trace, probes: readonly Probe[], map: CauseMap | null): Effects {
  if (map === null) return mergeEffects([findEffects(trace, probes)]);
  const wanted = new Set(probes.map(({ path }) => formatPath(path)));
  const places = map.places.filter(({ path, kind }) => kind !== 'environment' && wanted.has(formatPath(path)));
  return mergeEffects(places.map(({ effects }) => effects));
}

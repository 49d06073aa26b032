import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hashText } from '../../artifact/hash.ts';
import { type CauseMap, mapCauses } from '../../trace/map.ts';
import { fromMapFile, type MapFile, type MapHeading, toMapFile } from '../../trace/map-json.ts';
import type { Trace } from '../../trace/trace.ts';
import { compilerVersion } from '../../version.generated.ts';
import type { Context } from '../context.ts';
import { showPath } from '../show-path.ts';
import { showPlace } from './explain-place.ts';
import type { Explained } from './explained.ts';

/** Beside the folders of the embedded databases: `.platform/` is this machine's own and in no repository. */
function pathOf({ loaded }: Explained, environment: string): string {
  return join(loaded.projectRoot, '.platform', `${environment}.map.json`);
}

/** What a map is true of: this compiler, this spec, and what the one makes of the other. */
function headMap({ loaded: { spec } }: Explained, trace: Trace): MapHeading {
  return {
    compiler: compilerVersion,
    spec: { path: spec.shown, sha256: hashText(spec.text) },
    artifacts: { sha256: hashText(JSON.stringify([...trace.base])) },
  };
}

/** Writes the map of each environment that was asked for. */
export async function writeMap(context: Context, explained: Explained): Promise<void> {
  const { loaded, options } = explained;
  const written: string[] = [];
  for (const { environment } of loaded.platforms) {
    const trace = explained.openTrace(environment);
    const map = mapCauses(trace, (done, all) => showProgress(context, environment, done, all));
    const kinds = new Map(map.places.map(({ path, kind }) => [path, kind]));
    const file = toMapFile(
      trace,
      map,
      headMap(explained, trace),
      (path) => showPlace(explained, trace, { path, kind: kinds.get(path) ?? 'value' }).place,
    );
    const path = pathOf(explained, environment);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.new`, `${JSON.stringify(file)}\n`);
    await rename(`${path}.new`, path);
    written.push(showPath(context, path));
  }
  if (options.format === 'json') context.stdout.write(`${JSON.stringify({ maps: written }, null, 2)}\n`);
  else for (const path of written) context.stderr.write(`The map is in ${path}\n`);
}

function showProgress(context: Context, environment: string, done: number, all: number): void {
  if (!context.stderr.isTerminal || done % 25 !== 0) return;
  context.stderr.write(`\r\u001b[K${environment}: ${done} of ${all} places${done === 0 ? '' : ' asked'}\r`);
}

/** The map that was written of this very spec by this very compiler; null where there is none. */
export async function readFreshMap(explained: Explained, trace: Trace): Promise<CauseMap | null> {
  const text = await readFile(pathOf(explained, trace.environment), 'utf8').catch(() => null);
  const file = text === null ? null : parseMap(text);
  const wanted = headMap(explained, trace);
  const fits =
    file?.mapVersion === 1 &&
    file.compiler === wanted.compiler &&
    file.spec?.sha256 === wanted.spec.sha256 &&
    file.artifacts?.sha256 === wanted.artifacts.sha256;
  return fits ? fromMapFile(file) : null;
}

/** A map that something else has spoilt is as good as none: it is only ever a shortcut. */
function parseMap(text: string): MapFile | null {
  try {
    return JSON.parse(text) as MapFile | null;
  } catch {
    return null;
  }
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { lockName } from '../../src/artifact/lock.ts';
import { compilePlatform } from '../../src/compile.ts';
import { findNode } from '../../src/spec/node.ts';
import { pointTo } from '../../src/spec/place.ts';
import { type CauseMap, lookUpCauses, mapCauses } from '../../src/trace/map.ts';
import { fromMapFile, toMapFile } from '../../src/trace/map-json.ts';
import { isAllowed } from '../../src/trace/other-values.ts';
import { formatPath } from '../../src/trace/spec-path.ts';
import { findTouches, splitLines } from '../../src/trace/touches.ts';
import { resolveAll } from '../support/resolve.ts';
import { projectRoot } from '../support/root.ts';
import { seed } from './seed.ts';
import { openAll, specs } from './traces.ts';

describe.each(specs)('%s', (file) => {
  const traces = openAll(file);
  const maps = new Map<string, CauseMap>();
  for (const trace of traces) maps.set(trace.environment, mapCauses(trace));
  const each = () => traces.map((trace) => ({ trace, map: maps.get(trace.environment) ?? mapCauses(trace) }));

  test('what is traced is what is compiled', () => {
    const text = readFileSync(join(projectRoot, file), 'utf8');
    const compiled = resolveAll(text).map((platform) => compilePlatform(platform, text));
    const wanted = compiled.map((artifacts) => new Map(artifacts.map(({ path, text }) => [path, text])));
    for (const artifacts of wanted) artifacts.delete(lockName);
    expect(traces.map(({ base }) => base)).toEqual(wanted);
  });

  test('every line of every artifact has a cause', () => {
    for (const { trace, map } of each())
      for (const [path, text] of trace.base)
        for (let line = 1; line <= splitLines(text).length; line++)
          if (lookUpCauses(map, path, line).length === 0) throw new Error(`${path}:${line} comes from nowhere`);
  });

  test('whatever is written in the place of a value, only lines that the map gives it change', () => {
    const random = seed(4);
    for (const { trace, map } of each())
      for (const { path, kind, schema } of trace.probes) {
        const node = findNode(trace.root, path);
        if (kind !== 'value' || node?.kind !== 'scalar') continue;
        const others = Array.from({ length: 6 }, () => vary(node.value, random)).filter((value) =>
          isAllowed(value, schema),
        );
        const own = map.places.find((place) => place.kind === kind && formatPath(place.path) === formatPath(path));
        for (const value of others) {
          const changed = trace.emit([{ kind: 'set', path, value }]);
          if (changed === null) continue;
          for (const touch of findTouches(trace.base, changed))
            for (const line of touch.lines.keys())
              if (own?.effects.get(touch.path)?.has(line) !== true)
                throw new Error(
                  `${formatPath(path)}: ${value} changes ${touch.path}:${line}, which the map does not say`,
                );
        }
      }
  });

  test('the map comes back from its file', () => {
    for (const { trace, map } of each()) {
      const heading = { compiler: '0', spec: { path: file, sha256: '' }, artifacts: { sha256: '' } };
      const saved = JSON.parse(JSON.stringify(toMapFile(trace, map, heading, () => pointTo(trace.root.place))));
      const again = fromMapFile(saved);
      for (const [path, text] of trace.base)
        for (let line = 1; line <= splitLines(text).length; line++)
          expect(lookUpCauses(again, path, line)).toEqual(lookUpCauses(map, path, line));
    }
  });
});

/** Another value of the same type, by chance: not the ones that the map was made of. */
function vary(value: unknown, random: () => number): unknown {
  const digit = () => Math.floor(random() * 10);
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return Number.isInteger(value) ? Math.floor(random() * 3 * (value + 5)) : random();
  if (typeof value !== 'string') return value;
  return [...value]
    .map((char) => (/\d/.test(char) && random() < 0.5 ? digit() : /[a-z]/.test(char) && random() < 0.2 ? 'q' : char))
    .join('');
}

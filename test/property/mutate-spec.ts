import { isMap, isScalar, isSeq, type Node, type Pair, parseDocument } from 'yaml';
import { hostileValues, makeRandom } from '../support/hostile.ts';

/** One change of a spec's text, named well enough to be found again. */
export interface Mutation {
  /** E.g. `misspell key`. */
  readonly kind: string;
  /** E.g. `spec/platform.yaml hosting.cloudSql.tier`. */
  readonly where: string;
  readonly text: string;
}

/** One entry of a map or item of a list, as offsets into the text. */
interface Spot {
  readonly path: string;
  readonly key: { readonly start: number; readonly end: number; readonly text: string } | null;
  readonly start: number;
  readonly end: number;
  readonly value: unknown;
  readonly inFlow: boolean;
}

/** Half open, from 0 to 1. */
export type Random = () => number;

/** The same seed, the same numbers on every machine. */
export function createRandom(seed: number): Random {
  const below = makeRandom(seed);
  return () => below(2 ** 32) / 2 ** 32;
}

/** What is written in place of a value: flow values on one line, which stand in block and flow alike. */
const replacements: Readonly<Record<string, string>> = {
  null: 'null',
  nothing: '',
  'empty list': '[]',
  'empty map': '{}',
  list: '[1, a, null]',
  map: '{ a: 1, b: { c: [] } }',
  text: 'some text',
  true: 'true',
  zero: '0',
  negative: '-1',
  fraction: '0.5',
  'huge number': '1e308',
  infinity: '.inf',
  'huge text': JSON.stringify('x'.repeat(20_000)),
  'deep list': `${'['.repeat(60)}${']'.repeat(60)}`,
  secret: '"postgresql://ana:hunter2@db.example.org/x"',
  'unknown alias': '*nowhere',
  tag: '!thing x',
  'block text': '"a\\nb"',
};

/** Every mutation of a text, each by the name of its kind; `random` chooses letters, hostile texts and targets. */
export function* listMutations(file: string, text: string, random: Random): Generator<Mutation> {
  const spots = listSpots(text);
  const choose = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  for (const spot of spots) {
    const make = (kind: string, mutated: string): Mutation => ({ kind, where: `${file} ${spot.path}`, text: mutated });
    const replace = (value: string) => splice(text, spot.start, spot.end, value);
    yield make('delete', deleteSpot(text, spot));
    for (const [name, value] of Object.entries(replacements)) yield make(`replace by ${name}`, replace(value));
    const [name, hostile] = choose(Object.entries(hostileValues));
    yield make(`replace by hostile ${name}`, replace(JSON.stringify(hostile)));
    yield make('retype', replace(retype(spot.value)));
    yield make('duplicate', splice(text, spot.end, spot.end, copyOf(text, spot)));
    const other = choose(spots);
    yield make(`put ${other.path} there`, replace(JSON.stringify(other.value)));
    yield make(`move to ${other.path}`, moveSpot(text, spot, other));
    if (typeof spot.value === 'string')
      yield make('misspell value', replace(JSON.stringify(misspell(spot.value, random))));
    if (spot.key === null) continue;
    const { start, end, text: key } = spot.key;
    yield make('misspell key', splice(text, start, end, JSON.stringify(misspell(key, random))));
    yield make('hostile key', splice(text, start, end, JSON.stringify(choose(Object.values(hostileValues)))));
    yield make('another key', splice(text, start, end, JSON.stringify(choose(spots).key?.text ?? 'x')));
  }
}

function listSpots(text: string): readonly Spot[] {
  const document = parseDocument(text, { uniqueKeys: false, logLevel: 'silent' });
  const spots: Spot[] = [];
  const visit = (node: unknown, path: string): void => {
    if (isMap(node))
      for (const pair of node.items as Pair<Node, Node | null>[]) {
        const [start = 0, end = 0] = pair.key.range ?? [];
        const key = { start, end, text: String(isScalar(pair.key) ? pair.key.value : '') };
        const at = path === '' ? key.text : `${path}.${key.text}`;
        const [from = end, to = end] = pair.value?.range ?? [];
        spots.push({
          path: at,
          key,
          start: from,
          end: trim(text, from, to),
          value: toValue(pair.value),
          inFlow: node.flow === true,
        });
        visit(pair.value, at);
      }
    if (isSeq(node))
      for (const [index, item] of (node.items as Node[]).entries()) {
        const [from = 0, to = 0] = item.range ?? [];
        spots.push({
          path: `${path}.${index}`,
          key: null,
          start: from,
          end: trim(text, from, to),
          value: toValue(item),
          inFlow: node.flow === true,
        });
        visit(item, `${path}.${index}`);
      }
  };
  visit(document.contents, '');
  return spots;

  function toValue(node: Node | null): unknown {
    return node === null ? null : (node.toJS(document) as unknown);
  }
}

/** The library's end of a block value lies past the line's end. */
function trim(text: string, start: number, end: number): number {
  return start + text.slice(start, end).trimEnd().length;
}

function splice(text: string, start: number, end: number, by: string): string {
  return text.slice(0, start) + by + text.slice(end);
}

function deleteSpot(text: string, { key, start, end, inFlow }: Spot): string {
  const from = key?.start ?? start;
  const comma = inFlow ? (/^\s*,/.exec(text.slice(end))?.[0].length ?? 0) : 0;
  return splice(text, from, end + comma, '');
}

/** The same entry once more behind itself: a key that stands twice. */
function copyOf(text: string, { key, start, end, inFlow }: Spot): string {
  const from = key?.start ?? start;
  const column = from - (text.lastIndexOf('\n', from - 1) + 1);
  const entry = text.slice(from, end);
  return inFlow ? `, ${entry}` : `\n${' '.repeat(column)}${entry}`;
}

/** The entry goes from where it is into another, which it replaces. */
function moveSpot(text: string, from: Spot, to: Spot): string {
  const moved = JSON.stringify(from.key === null ? from.value : { [from.key.text]: from.value });
  const isAfter = to.start > from.end;
  const there = splice(text, to.start, to.end, moved);
  return isAfter ? deleteSpot(there, from) : there;
}

function retype(value: unknown): string {
  if (Array.isArray(value)) return JSON.stringify(Object.fromEntries(value.map((item, index) => [`k${index}`, item])));
  if (typeof value === 'object' && value !== null) return JSON.stringify(Object.values(value));
  if (typeof value === 'string') return JSON.stringify([value]);
  return JSON.stringify(String(value));
}

function misspell(word: string, random: Random): string {
  const at = Math.floor(random() * word.length);
  const [a = '', b = ''] = word.slice(at, at + 2);
  const ways = [
    word.slice(0, at) + word.slice(at + 1),
    word.slice(0, at) + b + a + word.slice(at + 2),
    word.slice(0, at) + a + word.slice(at),
    `${word.slice(0, at)}q${word.slice(at + 1)}`,
    word.toUpperCase(),
  ];
  return ways[Math.floor(random() * ways.length)] as string;
}

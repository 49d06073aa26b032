import {
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import type { SpecPath } from './node.ts';

/** One replacement in a text: nothing else of it changes. */
export interface Edit {
  /** UTF-16 units from 0, the end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

type Entry = Pair<ParsedNode, ParsedNode | null>;
type Owner = YAMLMap.Parsed<ParsedNode, ParsedNode | null>;

/**
 * Finds what to replace so that a document has a value at a path, or with `undefined` no key there. The bytes of a scalar
 * that is there are replaced; a key that is not is put last into the map that it belongs to, in that map's own style.
 * Null where that cannot be done by one replacement: below an alias, in a list that is too short, in what is no map.
 */
export function planEdit(text: string, path: SpecPath, value: unknown): Edit | null {
  const document = parseDocument(text, { strict: true, logLevel: 'silent' });
  let node: ParsedNode | null = document.contents;
  for (const [depth, step] of path.entries()) {
    if (isSeq(node)) {
      node = (node.items[Number(step)] as ParsedNode | undefined) ?? null;
      if (node === null) return null;
      continue;
    }
    if (!isMap(node)) return null;
    const owner = node as Owner;
    const entry: Entry | undefined = owner.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
    const rest = path.slice(depth + 1);
    if (entry === undefined) return value === undefined ? null : insert(text, owner, [step, ...rest], value);
    if (rest.length === 0 && value === undefined) return remove(text, owner, entry);
    if (isEmpty(entry)) return value === undefined ? null : fill(text, entry, rest, value);
    node = entry.value;
  }
  return value === undefined ? null : replace(text, node, value);
}

export function applyEdit(text: string, { start, end, text: written }: Edit): string {
  return `${text.slice(0, start)}${written}${text.slice(end)}`;
}

/** The value alone; one that an anchor or a tag stands before has more to it. */
function replace(text: string, node: ParsedNode | null, value: unknown): Edit | null {
  if (node === null || !(isScalar(node) || (isCollection(node) && node.flow === true))) return null;
  const [start, end] = node.range;
  const quoted = text.charAt(start);
  const written = typeof value === 'string' && quoted === '"' ? JSON.stringify(value) : writeFlow(value);
  return { start, end, text: written };
}

/** `key:` with nothing after it. */
function isEmpty({ value }: Entry): boolean {
  return value === null || (isScalar(value) && value.value === null && value.range[0] === value.range[1]);
}

function fill(text: string, { key }: Entry, path: SpecPath, value: unknown): Edit {
  const start = text.indexOf(':', key.range[1]) + 1;
  return { start, end: start, text: ` ${writeNested(path, value)}` };
}

function insert(text: string, owner: Owner, path: SpecPath, value: unknown): Edit | null {
  const [step, ...rest] = path;
  if (path.some((part) => typeof part === 'number')) return null;
  const written = `${writeKey(String(step))}: ${writeNested(rest, value)}`;
  const last = owner.items.at(-1);
  if (owner.flow === true) {
    if (last === undefined) return { start: owner.range[0], end: owner.range[1], text: `{ ${written} }` };
    const at = endOf(last);
    const comma = /^\s*,/.exec(text.slice(at, owner.range[1]));
    const start = at + (comma?.[0].length ?? 0);
    return { start, end: start, text: comma === null ? `, ${written}` : ` ${written}` };
  }
  if (last === undefined) return null;
  const indent = columnOf(text, owner.items[0]?.key.range[0] ?? 0);
  const at = endOfLine(text, endOf(last));
  const [before, after] = at > 0 && text[at - 1] === '\n' ? ['', '\n'] : ['\n', ''];
  return { start: at, end: at, text: `${before}${' '.repeat(indent)}${written}${after}` };
}

/** The key and its value: in a block its lines, in a flow map its comma too. Comments above it are somebody's, and stay. */
function remove(text: string, owner: Owner, entry: Entry): Edit {
  if (owner.items.length === 1) {
    const from = owner.flow === true ? owner.range[0] : entry.key.range[0];
    return { start: from, end: owner.flow === true ? owner.range[1] : endOf(entry), text: '{}' };
  }
  const at = owner.items.indexOf(entry as (typeof owner.items)[number]);
  if (owner.flow !== true) {
    const start = text.lastIndexOf('\n', entry.key.range[0]) + 1;
    const end = endOfLine(text, endOf(entry));
    return { start, end: Math.min(text.length, text[end] === '\n' ? end + 1 : end), text: '' };
  }
  const next = owner.items[at + 1];
  if (next !== undefined) return { start: entry.key.range[0], end: next.key.range[0], text: '' };
  const previous = owner.items[at - 1];
  return { start: previous === undefined ? entry.key.range[0] : endOf(previous), end: endOf(entry), text: '' };
}

/** Where a node's text ends; the library's own end of a block lies past the comments that follow it. */
function endOf(node: Entry | ParsedNode): number {
  if (isPair(node)) return node.value === null ? node.key.range[1] + 1 : endOf(node.value);
  if (!isCollection(node) || node.flow === true) return node.range[1];
  const last = node.items.at(-1) as Entry | ParsedNode | undefined;
  return last === undefined ? node.range[1] : endOf(last);
}

/** The end of the line that something ends in, with the comment beside it; what ends with its line ends there. */
function endOfLine(text: string, end: number): number {
  if (end > 0 && text[end - 1] === '\n') return end;
  const at = text.indexOf('\n', end);
  return at === -1 ? text.length : at;
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

/** A value below keys that are not there yet, on one line. */
function writeNested(path: SpecPath, value: unknown): string {
  return path.reduceRight<string>((inner, step) => `{ ${writeKey(String(step))}: ${inner} }`, writeFlow(value));
}

/** A value as one line of YAML, the way a person writes one. */
export function writeFlow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writeFlow).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => `${writeKey(key)}: ${writeFlow(inner)}`);
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
  }
  return typeof value === 'string' && isPlain(value) ? value : JSON.stringify(value);
}

export function writeKey(key: string): string {
  return isPlain(key) ? key : JSON.stringify(key);
}

/** Whether every YAML reads a text without quotes as that text: some take `on` for true. */
function isPlain(text: string): boolean {
  return /^[A-Za-z][\w./-]*$/.test(text) && !/^(null|true|false|yes|no|on|off|y|n)$/i.test(text);
}

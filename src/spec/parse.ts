import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  parseAllDocuments,
  type YAMLError,
} from 'yaml';
import type { Code } from '../diagnostic/catalog.ts';
import type { Diagnostic, Outcome } from '../diagnostic/diagnostic.ts';
import { orderDiagnostics } from '../diagnostic/order.ts';
import type { SourceFile } from '../diagnostic/source.ts';
import { mostDepth, mostNodes } from '../yaml/node.ts';
import { explainYaml } from './explain-yaml.ts';
import type { MapEntry, SpecNode } from './node.ts';
import { createPlaces, type Place } from './place.ts';

/** YAML 1.2 text → located nodes. Anchors, aliases and merge keys are resolved; each part keeps the place it was written. */
export function parseDocument(file: SourceFile): Outcome<SpecNode> {
  const { readings, diagnostics } = readDocument(file);
  const [node] = readings;
  if (node === undefined || diagnostics.length > 0) return { ok: false, diagnostics };
  return { ok: true, value: node, warnings: [] };
}

/** A text as far as it can be read in spite of its mistakes. */
export interface ReadDocument {
  /** Of one way to read it, or where keys stand twice, two: by their last and by their first. None where it is not YAML. */
  readonly readings: readonly SpecNode[];
  readonly diagnostics: readonly Diagnostic[];
}

export function readDocument(file: SourceFile): ReadDocument {
  const reader = new Reader(file, 'last');
  const documents = parseAllDocuments(file.text, {
    uniqueKeys: true,
    prettyErrors: false,
    strict: true,
    logLevel: 'silent',
  });
  const [document] = documents;
  if (document === undefined || !('contents' in document) || document.contents === null) {
    reader.report('PF002', 'the spec is empty', 0, 0, 'start with `apiVersion: platform/v1`');
    return { readings: [], diagnostics: reader.diagnostics };
  }
  if (Array.isArray(documents) && documents.length > 1) {
    const at = documents[1]?.range[0] ?? 0;
    reader.report(
      'PF004',
      'a second YAML document',
      at,
      at + 3,
      'keep one document a file; environments go below `environments`',
    );
  }
  const errors = [...document.errors, ...document.warnings];
  reader.reportYaml(errors);
  // A key that stands twice leaves the rest readable; after a mistake of YAML's own nothing is sure.
  const twice = errors.length > 0;
  if (errors.some(({ code }) => code !== 'DUPLICATE_KEY'))
    return { readings: [], diagnostics: orderDiagnostics(reader.diagnostics) };
  const before = reader.diagnostics.length;
  const contents = document.contents as ParsedNode;
  const last = reader.read(contents, document);
  const diagnostics = orderDiagnostics(reader.diagnostics);
  if (reader.diagnostics.length > before) return { readings: [], diagnostics };
  return { readings: twice ? [last, new Reader(file, 'first').read(contents, document)] : [last], diagnostics };
}

class Reader {
  readonly diagnostics: Diagnostic[] = [];
  private readonly file: SourceFile;
  private readonly placeAt: (start: number, end: number) => Place;
  /** Which of two keys of the same name is read. */
  private readonly wins: 'first' | 'last';
  private count = 0;
  private readonly open = new Set<unknown>();

  constructor(file: SourceFile, wins: 'first' | 'last') {
    this.wins = wins;
    this.file = file;
    this.placeAt = createPlaces(file);
  }

  report(code: Code, message: string, start: number, end: number, hint?: string): void {
    const place = this.placeAt(start, end);
    this.diagnostics.push({
      code,
      severity: 'error',
      message,
      ...(hint === undefined ? {} : { hint }),
      file: place.file,
      range: place.range,
    });
  }

  reportYaml(errors: readonly YAMLError[]): void {
    const isDeep = ({ message }: YAMLError): boolean => /call stack/i.test(message);
    const twice = errors.filter(({ code }) => code === 'DUPLICATE_KEY');
    for (const { pos } of twice) this.reportTwice(pos[0]);
    for (const { pos } of errors.filter(isDeep)) this.reportDepth(pos[0]);
    const others = errors.filter((error) => error.code !== 'DUPLICATE_KEY' && !isDeep(error));
    for (const { message, hint, start, end } of explainYaml(this.file.text, others))
      this.report('PF002', message, start, end, hint);
  }

  /** The library marks a duplicate key by its first character only. */
  private reportTwice(start: number): void {
    const key = /^("[^"]*"|'[^']*'|[^:\s]+)/.exec(this.file.text.slice(start, start + 200))?.[0] ?? ' ';
    const message = `the key ${key} stands twice in one map`;
    this.report('PF003', message, start, start + key.length, 'keep one of the two');
  }

  private reportDepth(start: number): void {
    this.report('PF004', `nested more than ${mostDepth} levels deep`, start, start + 1, 'write it flatter');
  }

  read(node: ParsedNode | null, document: Document.Parsed): SpecNode {
    const place = this.placeOf(node);
    this.count++;
    if (node === null) return { kind: 'scalar', value: null, place };
    if (isAlias(node)) return this.readAlias(node, document, place);
    if (this.open.size > mostDepth) {
      if (this.diagnostics.length === 0) this.reportDepth(node.range[0]);
      return { kind: 'scalar', value: null, place };
    }
    if (this.count > mostNodes || this.open.has(node)) {
      if (this.diagnostics.length === 0)
        this.report('PF004', 'aliases that multiply without end', node.range[0], node.range[1], 'write it out');
      return { kind: 'scalar', value: null, place };
    }
    if (isScalar(node)) return { kind: 'scalar', value: this.readScalar(node.value, node), place };
    this.open.add(node);
    try {
      if (isSeq(node))
        return { kind: 'list', items: node.items.map((item) => this.read(item as ParsedNode, document)), place };
      if (isMap(node))
        return {
          kind: 'map',
          entries: this.readEntries(node.items as Pair<ParsedNode, ParsedNode | null>[], document),
          place,
        };
    } finally {
      this.open.delete(node);
    }
    throw new Error(`the yaml library gave a node of no known kind`);
  }

  private readAlias(node: ParsedNode & { source?: string }, document: Document.Parsed, place: Place): SpecNode {
    const target = isAlias(node) ? (node.resolve(document) as ParsedNode | undefined) : undefined;
    if (target !== undefined) return this.read(target, document);
    const hint = 'name an anchor that stands above (`&name`), or put the text in quotes';
    this.report('PF002', 'an alias of no anchor', node.range[0], node.range[1], hint);
    return { kind: 'scalar', value: null, place };
  }

  private readScalar(value: unknown, node: ParsedNode): string | number | boolean | null {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    this.report(
      'PF004',
      'a value JSON has no form for',
      node.range[0],
      node.range[1],
      'write a string, a finite number, true, false or null',
    );
    return null;
  }

  private readEntries(
    pairs: readonly Pair<ParsedNode, ParsedNode | null>[],
    document: Document.Parsed,
  ): Map<string, MapEntry> {
    const entries = new Map<string, MapEntry>();
    const merged = new Map<string, MapEntry>();
    for (const pair of pairs) {
      if (!isScalar(pair.key)) {
        const range = pair.key?.range ?? [0, 0];
        this.report('PF004', 'a key that is not a plain word', range[0], range[1], 'write the key as text');
        continue;
      }
      const value = this.read(pair.value, document);
      if (pair.key.value === '<<' && pair.key.type === 'PLAIN') {
        for (const source of value.kind === 'list' ? value.items : [value]) {
          if (source.kind !== 'map')
            this.report(
              'PF004',
              'a merge of something that is not a map',
              pair.key.range[0],
              pair.key.range[1],
              'write `<<: *name` with the anchor of a map',
            );
          else for (const [key, entry] of source.entries) if (!merged.has(key)) merged.set(key, entry);
        }
        continue;
      }
      const key = this.placeOf(pair.key);
      if (this.wins === 'first' && entries.has(String(pair.key.value))) continue;
      entries.set(String(pair.key.value), { key, value: pair.value === null ? { ...value, place: key } : value });
    }
    for (const [key, entry] of merged) if (!entries.has(key)) entries.set(key, entry);
    return entries;
  }

  private placeOf(node: ParsedNode | null): Place {
    return node === null ? this.placeAt(0, 0) : this.placeAt(node.range[0], endOf(node));
  }
}

/** Where a node's text ends. The library's own end of a block map or list lies past the comments that follow it. */
function endOf(node: ParsedNode): number {
  if (isAlias(node) || isScalar(node) || node.flow === true) return node.range[1];
  const last = node.items.at(-1) as ParsedNode | Pair<ParsedNode, ParsedNode | null> | undefined;
  if (last === undefined) return node.range[1];
  return endOf(isPair(last) ? (last.value ?? last.key) : last);
}

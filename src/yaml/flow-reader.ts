import { mostDepth, type YamlEntry, type YamlNode } from './node.ts';
import { codes, refuse, type Scanner } from './scanner.ts';

/** Reads `[ … ]` and `{ … }`, over several lines too. */
export class FlowReader<P> {
  private readonly scanner: Scanner;
  private readonly placeAt: (start: number, end: number) => P;
  /** Spaces that its lines must be indented by more than: those before what it is the value of. */
  private readonly parent: number;
  private readonly outer: number;
  private depth = 0;

  /** `depth` is how many collections are open around it. */
  constructor(scanner: Scanner, placeAt: (start: number, end: number) => P, parent: number, depth: number) {
    this.scanner = scanner;
    this.placeAt = placeAt;
    this.parent = parent;
    this.outer = depth;
  }

  read(): YamlNode<P> {
    const { scanner } = this;
    const code = scanner.code();
    if (code === codes.openList) return this.readList();
    if (code === codes.openMap) return this.readMap();
    scanner.countNode();
    const start = scanner.at;
    const value = scanner.readScalar(true);
    return { kind: 'scalar', value, place: this.placeAt(start, scanner.end) };
  }

  private readList(): YamlNode<P> {
    const items: YamlNode<P>[] = [];
    const start = this.open();
    while (this.scanner.code() !== codes.closeList) {
      items.push(this.read());
      this.separate(codes.closeList);
    }
    return { kind: 'list', items, place: this.close(start) };
  }

  private readMap(): YamlNode<P> {
    const { scanner } = this;
    const entries = new Map<string, YamlEntry<P>>();
    const start = this.open();
    while (scanner.code() !== codes.closeMap) {
      const keyStart = scanner.at;
      const name = readKey(scanner, true);
      const key = this.placeAt(keyStart, scanner.end);
      if (entries.has(name)) refuse();
      scanner.at++;
      this.skipSpace();
      entries.set(name, { key, value: this.read() });
      this.separate(codes.closeMap);
    }
    return { kind: 'map', entries, place: this.close(start) };
  }

  private open(): number {
    this.scanner.countNode();
    if (this.outer + ++this.depth > mostDepth) refuse();
    const start = this.scanner.at++;
    this.skipSpace();
    return start;
  }

  private close(start: number): P {
    this.depth--;
    this.scanner.end = ++this.scanner.at;
    return this.placeAt(start, this.scanner.end);
  }

  /** Passes a comma, which may stand before the end too, or stays before the end. */
  private separate(close: number): void {
    this.skipSpace();
    const code = this.scanner.code();
    if (code === close) return;
    if (code !== codes.comma) refuse();
    this.scanner.at++;
    this.skipSpace();
  }

  /** Passes spaces, comments and line ends to the next character that says something. */
  private skipSpace(): void {
    const { scanner } = this;
    let line = -1;
    for (;;) {
      scanner.skipSpaces();
      const code = scanner.code();
      if (code === codes.hash) scanner.skipComment();
      else if (code === codes.newline) scanner.at++;
      else if (code === codes.return) scanner.at += 2;
      else break;
      line = scanner.at;
    }
    if (line !== -1) this.checkIndent(scanner.at - line);
  }

  private checkIndent(indent: number): void {
    const { scanner } = this;
    if (indent === 0 && scanner.isDocumentMark()) refuse();
    if (indent > this.parent) return;
    // Forbidden by the letter of YAML, allowed by the yaml library, and how many people write it.
    const code = scanner.code();
    const closes = this.depth === 1 && (code === codes.closeList || code === codes.closeMap);
    if (indent !== this.parent || !closes) refuse();
  }
}

/** The key of an entry, up to its colon on the same line; `end` is where the key ends. */
export function readKey(scanner: Scanner, inFlow: boolean): string {
  const start = scanner.at;
  const name = String(scanner.readScalar(inFlow));
  // A merge key, unless it is quoted.
  if (name === '<<' && scanner.end - start === 2) refuse();
  scanner.skipSpaces();
  // The yaml library warns of keys that are longer than the specification allows.
  if (scanner.code() !== codes.colon || scanner.at - start > 1000) refuse();
  return name;
}

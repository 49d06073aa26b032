import { FlowReader, readKey } from './flow-reader.ts';
import { mostDepth, type YamlEntry, type YamlNode } from './node.ts';
import { codes, isBlank, NotPlain, refuse, Scanner } from './scanner.ts';

/** Control characters, a byte order mark, and returns that end no line. Tabs are right in places, which others know. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const odd = /[\0-\x09\x0b\x0c\x0e-\x1f\x7f\ufeff]|\r(?!\n)/;

/**
 * Reads the YAML that people write specs in: block and flow maps and lists, scalars on one line each, comments. Null at
 * anything else (anchors, tags, block scalars, merge keys, several documents …) and at every mistake: the yaml library,
 * which takes longer to load than all of this program runs, then says what it is. What is read here, the library reads
 * alike, to the last place: test/yaml/ holds it. `placeAt` makes a place of two offsets into `text`, the second exclusive.
 */
export function readPlainYaml<P>(text: string, placeAt: (start: number, end: number) => P): YamlNode<P> | null {
  if (odd.test(text)) return null;
  try {
    return new BlockReader(text, placeAt).readDocument();
  } catch (error) {
    if (error instanceof NotPlain) return null;
    throw error;
  }
}

class BlockReader<P> {
  private readonly scanner: Scanner;
  private readonly placeAt: (start: number, end: number) => P;
  private depth = 0;

  constructor(text: string, placeAt: (start: number, end: number) => P) {
    this.scanner = new Scanner(text);
    this.placeAt = placeAt;
  }

  readDocument(): YamlNode<P> {
    const { scanner } = this;
    scanner.nextLine();
    if (scanner.column === 0 && scanner.isDocumentMark()) {
      if (scanner.code() !== codes.dash) refuse();
      scanner.at += 3;
      scanner.endLine();
    }
    const node = this.readNode(scanner.column, -1);
    // A line that no collection has the column of ends them all: it is a mistake, or goes on with a scalar above.
    if (scanner.column !== -1 || node.kind === 'scalar') refuse();
    return node;
  }

  /** What starts at `indent`, inside of what stands at `parent`. Leaves the scanner on the next line, as all below do. */
  private readNode(indent: number, parent: number): YamlNode<P> {
    const { scanner } = this;
    if (isDash(scanner)) return this.readList(indent);
    const start = scanner.at;
    const node = this.readInline(parent);
    if (node.kind === 'scalar' && isColon(scanner)) {
      scanner.at = start;
      return this.readMap(indent);
    }
    scanner.endLine();
    return node;
  }

  /** A scalar or a flow collection; the scanner stays after it. */
  private readInline(parent: number): YamlNode<P> {
    const { scanner } = this;
    const code = scanner.code();
    if (code === codes.openList || code === codes.openMap)
      return new FlowReader(scanner, this.placeAt, parent, this.depth).read();
    scanner.countNode();
    const start = scanner.at;
    const value = scanner.readScalar(false);
    return { kind: 'scalar', value, place: this.placeAt(start, scanner.end) };
  }

  private readMap(indent: number): YamlNode<P> {
    const { scanner } = this;
    const start = this.open();
    const entries = new Map<string, YamlEntry<P>>();
    while (scanner.column === indent) {
      const keyStart = scanner.at;
      const name = readKey(scanner, false);
      const key = this.placeAt(keyStart, scanner.end);
      if (!isColon(scanner) || entries.has(name)) refuse();
      scanner.at++;
      entries.set(name, { key, value: this.readValue(indent) });
    }
    return { kind: 'map', entries, place: this.close(start) };
  }

  private readValue(indent: number): YamlNode<P> {
    const { scanner } = this;
    scanner.skipSpaces();
    if (!scanner.isLineOver()) {
      const node = this.readInline(indent);
      scanner.endLine();
      return node;
    }
    const empty = scanner.at;
    scanner.endLine();
    // The items of a list may stand right below its key.
    if (scanner.column === indent && isDash(scanner)) return this.readList(indent);
    return scanner.column > indent ? this.readNode(scanner.column, indent) : this.readEmpty(empty);
  }

  private readList(indent: number): YamlNode<P> {
    const { scanner } = this;
    const start = this.open();
    const items: YamlNode<P>[] = [];
    while (scanner.column === indent && isDash(scanner)) items.push(this.readItem(indent));
    return { kind: 'list', items, place: this.close(start) };
  }

  private readItem(indent: number): YamlNode<P> {
    const { scanner } = this;
    const dash = scanner.at++;
    scanner.skipSpaces();
    if (!scanner.isLineOver()) {
      // What stands beside the dash goes on in the lines below at the same column.
      scanner.column = indent + scanner.at - dash;
      return this.readNode(scanner.column, indent);
    }
    const empty = scanner.at;
    scanner.endLine();
    return scanner.column > indent ? this.readNode(scanner.column, indent) : this.readEmpty(empty);
  }

  private readEmpty(at: number): YamlNode<P> {
    this.scanner.countNode();
    this.scanner.end = at;
    return { kind: 'scalar', value: null, place: this.placeAt(at, at) };
  }

  private open(): number {
    this.scanner.countNode();
    if (++this.depth > mostDepth) refuse();
    return this.scanner.at;
  }

  private close(start: number): P {
    this.depth--;
    return this.placeAt(start, this.scanner.end);
  }
}

/** A dash that starts an item. */
function isDash(scanner: Scanner): boolean {
  return scanner.code() === codes.dash && isBlank(scanner.code(1));
}

/** A colon that ends a key in a block map, spaces before it passed. */
function isColon(scanner: Scanner): boolean {
  scanner.skipSpaces();
  return scanner.code() === codes.colon && isBlank(scanner.code(1));
}

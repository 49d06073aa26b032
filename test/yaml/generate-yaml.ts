import { makeRandom } from '../support/hostile.ts';

/** Draws from a seed, the same in every run. */
export class Draw {
  /** A whole number from 0, below `limit`. */
  readonly below: (limit: number) => number;

  constructor(seed: number) {
    this.below = makeRandom(seed);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }
}

/** Scalars whose meaning hangs on a letter, and those that are nearly something else. */
const scalars = [
  ...[
    'a',
    'b1',
    'a b',
    'x:y',
    'a#b',
    "it's",
    'a,b',
    'gs://b/c',
    '0.9.11',
    '03:00',
    '2024-01-01',
    '2024-01-01T00:00:00Z',
  ],
  ...[
    '1',
    '-1',
    '+1',
    '0',
    '-0',
    '007',
    '0o7',
    '0o8',
    '0x1F',
    '0xg',
    '1e3',
    '1E-3',
    '.5',
    '5.',
    '.',
    '1_000',
    '1.5.2',
    '1e',
    '--1',
  ],
  ...[
    '~',
    'null',
    'Null',
    'NULL',
    'nUll',
    'true',
    'True',
    'TRUE',
    'tRue',
    'false',
    'False',
    'yes',
    'on',
    '.inf',
    '-.INF',
    '.nan',
  ],
  ...[
    '""',
    "''",
    '"a b"',
    "'a b'",
    '"a: b"',
    "'a # b'",
    '"\\n\\u00e9\\/"',
    "'it''s'",
    '"\\x41"',
    '"\\q"',
    '"a\\"b"',
    '"\\ud83d\\ude00"',
  ],
  ...[
    '123456789012345678901234567890',
    '9'.repeat(400),
    '😀',
    '"😀"',
    'é',
    '\u2028',
    '\u0085',
    'a\u00a0b',
    '__proto__',
    'constructor',
  ],
  ...[
    '-',
    '- ',
    '?',
    '? a',
    ':',
    ':a',
    '-a',
    '?a',
    '&a b',
    '*a',
    '!t b',
    '!!str 1',
    '%a',
    '@a',
    '`a',
    '|',
    '>',
    '|-\n   x',
    '<<',
    '"<<"',
  ],
  ...[
    'a: b',
    'a:',
    'a :',
    '- a',
    '"a" b',
    '"a"b',
    '"a',
    "'a",
    '[',
    ']',
    '{',
    '}',
    ',',
    '#',
    'a #b',
    'a# b',
    '---',
    '...',
    '--- a',
  ],
] as const;
const keys = [
  ...[
    'a',
    'b',
    'c',
    'key',
    'a b',
    '"a"',
    "'b'",
    '"a b"',
    'a-b',
    'é',
    '😀',
    '1',
    '0x1F',
    '1.0',
    'true',
    'null',
    '~',
    '__proto__',
  ],
  ...[
    '<<',
    '"<<"',
    '? a',
    '*a',
    '&a a',
    '!t a',
    '-a',
    'a#b',
    '[a]',
    '{a: b}',
    '',
    'a"b',
    'x:y',
    "'it''s'",
    '- a',
    'k'.repeat(1100),
  ],
] as const;

/**
 * A YAML text, mostly right: block and flow collections in every arrangement, with now and then a piece that is rare,
 * wrong, or in the wrong column.
 */
export class YamlGenerator {
  private readonly random: Draw;
  private readonly newline: string;
  /** Keys so far: each usual one is another. */
  private count = 0;
  /** How seldom something odd is put in: once in so many. */
  private readonly odd: number;

  constructor(random: Draw) {
    this.random = random;
    this.newline = random.once(8) ? '\r\n' : '\n';
    this.odd = random.pick([6, 30, 150, 1000, 1000]);
  }

  document(): string {
    const { random } = this;
    const start = random.pick([
      '',
      '',
      '',
      '',
      '# c\n',
      '\n',
      '---\n',
      '# c\n---\n',
      '--- # c\n',
      '--- ',
      '%YAML 1.2\n---\n',
      '  \n',
    ]);
    const root = random.once(12)
      ? `${this.flow(3)}${this.rest()}`
      : random.once(10)
        ? this.list(0, 4)
        : this.map(this.indent(0), 4);
    const end = random.pick(['', '', '', '# c', '...\n', '---\na: b\n', '  ', '\n\n', 'x']);
    const text = (random.once(30) ? '\ufeff' : '') + start + root + (random.once(8) ? end : '');
    const whole = random.once(6) ? text.replace(/\n+$/, '') : text;
    return this.newline === '\n' ? whole : whole.replaceAll(/(?<!\r)\n/g, () => (random.once(200) ? '\r' : '\r\n'));
  }

  private map(indent: number, depth: number): string {
    const pad = ' '.repeat(indent);
    return this.times(
      3,
      () => this.between(indent) + this.shift(pad) + this.key() + this.colon() + this.value(indent, depth),
    ).join('');
  }

  /** Its first line has no indent: it stands beside a dash, or where the caller put it. */
  private list(indent: number, depth: number): string {
    const pad = ' '.repeat(indent);
    return this.times(3, () => `${this.between(indent) + this.shift(pad)}-${this.item(indent, depth)}`).join('');
  }

  private value(indent: number, depth: number): string {
    const { random } = this;
    const kind = depth === 0 ? random.below(4) : random.below(9);
    if (kind < 3) return this.space() + this.scalar() + this.rest();
    if (kind === 3) return this.rest();
    if (kind === 4) return this.space() + this.flow(3, indent) + this.rest();
    if (kind === 5) return this.rest() + this.list(random.once(2) ? indent : this.indent(indent + 1), depth - 1);
    if (kind === 6 && random.once(3))
      return (
        this.rest() +
        ' '.repeat(this.indent(indent + 1)) +
        random.pick([this.scalar(), this.flow(2, indent)]) +
        this.rest()
      );
    return this.rest() + this.map(this.indent(indent + 1), depth - 1);
  }

  private item(indent: number, depth: number): string {
    const { random } = this;
    const spaces = random.pick([1, 1, 1, 2, 3]);
    const beside = ' '.repeat(spaces);
    const column = indent + 1 + spaces;
    const kind = depth === 0 ? random.below(3) : random.below(8);
    if (kind < 2) return beside + this.scalar() + this.rest();
    if (kind === 2) return beside + this.flow(3, indent) + this.rest();
    if (kind === 3) return this.rest();
    if (kind === 4)
      return `${beside}-${this.item(column, depth - 1)}${random.once(2) ? '' : `${' '.repeat(column)}-${this.item(column, 0)}`}`;
    if (kind === 5) return this.rest() + this.map(this.indent(indent + 1), depth - 1);
    return (
      beside +
      this.key() +
      this.colon() +
      this.value(column, depth - 1) +
      (random.once(2) ? this.map(column, depth - 1) : '')
    );
  }

  private flow(depth: number, indent = -1): string {
    const { random } = this;
    if (depth === 0 || random.once(3)) return this.scalar();
    const [open, close] = random.once(2) ? ['[', ']'] : ['{', '}'];
    const items = this.times(3, () => {
      if (open === '[') return this.flow(depth - 1, indent);
      return (
        this.key() +
        this.flowSpace(indent, 6) +
        this.maybe(':', '') +
        random.pick([' ', ' ', ' ', '', '  ', this.flowSpace(indent, 2)]) +
        this.maybe(this.flow(depth - 1, indent), '')
      );
    });
    const separated = items.map(
      (item, index) =>
        item +
        (index < items.length - 1 || random.once(6)
          ? `${this.flowSpace(indent, 12)}${this.maybe(',', ';')}${this.flowSpace(indent, 5)}`
          : ''),
    );
    return open + this.flowSpace(indent, 4) + separated.join('') + this.flowSpace(indent, 4) + close;
  }

  /** What may stand between two parts of a flow collection: mostly a space, and once in `times` a line's end. */
  private flowSpace(indent: number, times: number): string {
    const { random } = this;
    if (!random.once(times)) return random.pick(['', ' ', ' ']);
    const comment = random.pick(['', '', '', ' # c', '#c']);
    return `${comment}\n${random.once(8) ? '\n' : ''}${' '.repeat(Math.max(0, indent + random.pick([1, 2, 2, 4, 0])))}`;
  }

  private rest(): string {
    return this.random.pick([
      '\n',
      '\n',
      '\n',
      '\n',
      '\n',
      ' # c\n',
      '  # c: d\n',
      ' \n',
      '\n\n',
      ' #\n',
      this.maybe('\n', '#c\n'),
      this.maybe('\n', ' x\n'),
      this.maybe('\n', ''),
    ]);
  }

  /** Lines between two entries. */
  private between(indent: number): string {
    if (!this.random.once(5)) return '';
    const deep = ' '.repeat(this.random.below(indent + 4));
    return this.random.pick(['\n', '   \n', `${deep}# c\n`, `${deep}# c\n\n`, `\n${deep}#\n`, `# c\n${deep}# d\n`]);
  }

  private key(): string {
    return this.maybe(
      this.random.pick(
        ['a', 'key ', '"b', '0x', 'é'].map((name) => name + ++this.count + (name[0] === '"' ? '"' : '')),
      ),
      this.random.pick(keys),
    );
  }

  private scalar(): string {
    return this.maybe(this.random.pick(scalars.slice(0, 48)), this.random.pick(scalars));
  }

  private colon(): string {
    return this.maybe(':', this.random.pick([' :', '', '::', ': :', ' : ', ':x']));
  }

  private space(): string {
    return this.maybe(' ', this.random.pick(['  ', '', '\t', ' \t', '\n ', '   ']));
  }

  private shift(pad: string): string {
    return this.maybe(pad, this.random.pick([`${pad} `, pad.slice(1), `${pad}\t`, '', `${pad}  `]));
  }

  private indent(least: number): number {
    return least + this.maybe(1, this.random.below(4));
  }

  private maybe<T>(usual: T, odd: T): T {
    return this.random.once(this.odd) ? odd : usual;
  }

  private times<T>(most: number, make: () => T): T[] {
    return Array.from({ length: 1 + this.random.below(most) }, make);
  }
}

/** Texts that a careless printer breaks on, by name; every printer and every free-text field of the spec meets each. */
export const hostileValues: Readonly<Record<string, string>> = {
  empty: '',
  'double quote': 'say "hi"',
  'single quote': "it's",
  'quotes at both ends': `'"x"'`,
  backslash: 'C:\\temp\\new',
  'trailing backslash': 'ends in \\',
  'backslash and quote': '\\"\\\'',
  interpolation: '${var.secret}',
  'escaped interpolation': '$${x} $$${y}',
  directive: '%{ if true }x%{ endif } %%{y}',
  'dollar quote': '$$; DROP TABLE items; $$ $body$ $1',
  newline: 'first\nsecond',
  CRLF: 'first\r\nsecond',
  'carriage return': 'first\rsecond',
  tab: 'a\tb',
  'command substitution': '$(touch pwned)',
  backticks: '`touch pwned` ``` ``',
  'SQL injection': "'; DROP TABLE items; --",
  'SQL comment': '/* x */ -- y',
  'psql variable': ":name :'name' \\echo x",
  'non-ASCII': 'Zürich, Łódź, 東京',
  emoji: '🛰️ 👩‍🚀',
  combining: 'e\u0301',
  'right to left': 'abc \u05d0\u05d1\u05d2 def',
  'bidi override': 'safe\u202e}\u2066evil\u2069',
  'next line': 'a\u0085b',
  'line separator': 'a\u2028b\u2029c',
  'byte order mark': '\ufeffa\ufeff',
  'non-character': 'a\ufffe\uffffb',
  'zero width': 'a\u200bb\u200dc',
  controls: '\u0001\u0007\b\u000b\f\u001b[31m\u007f\u009f',
  NUL: 'a\0b',
  'half a pair': 'a\ud800b',
  'the other half': '\udc00',
  'outer spaces': '  x  ',
  spaces: '   ',
  'document start': '---',
  'document end': '...',
  'list item': '- a',
  comment: '# a',
  'trailing comment': 'a # b',
  mapping: 'a: b',
  colon: ': ',
  anchor: '&a *a !!python/object:os.system',
  'block scalar': '|\n  x',
  'merge key': '<<',
  'flow collection': '[a, {b: c}]',
  boolean: 'yes',
  'null word': 'null',
  tilde: '~',
  number: '1e3',
  octal: '0o17',
  sexagesimal: '1:20:30',
  date: '2024-01-01',
  mustache: '{{mustache}} {{{triple}}} {{> partial}}',
  script: '</script><script>alert(1)</script>',
  'HTML comment': '<!-- x --> &amp; <b>',
  'format string': '%s %(x)s {0} %n',
  glob: '* ? [a-z] ~root',
  redirect: 'a > b | c && d; e & f',
  history: '!! !$',
  'here document': '\nEOF\nEOT\n',
  'markdown link': '[x](javascript:alert(1)) ![y](z) www.example.org a@b.example',
  'markdown heading': '# x\n===\n---',
  'markdown list': '1. x\n+ y',
  table: 'a|b\\|c',
  prototype: '__proto__',
  long: 'x"\\$'.repeat(5_000),
};

const pieces = [
  ...Object.values(hostileValues).filter((value) => value.length < 60),
  ...' "\'\\$%{}`\n\r\t#:-|<>&;()[]*_~=+.,!@',
  'é',
  '東',
  '😀',
  'word',
  'a1',
];

/** The same `count` texts for the same seed: a few pieces of the above glued together, and characters drawn from all of Unicode. */
export function randomHostile(count: number, seed: number): readonly string[] {
  const next = makeRandom(seed);
  return Array.from({ length: count }, () => {
    const length = next(9);
    return Array.from({ length }, () =>
      next(6) === 0 ? randomCharacter(next) : (pieces[next(pieces.length)] ?? ''),
    ).join('');
  });
}

/** Numbers from 0 up to a bound, the same for the same seed (mulberry32). */
export function makeRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function randomCharacter(next: (below: number) => number): string {
  const range = [0x80, 0x100, 0x3000, 0x1_0000, 0x11_0000][next(5)] ?? 0x80;
  return String.fromCodePoint(next(range));
}

/** True for half a surrogate pair, which no UTF-8 file holds. */
export function isUnpaired(value: string): boolean {
  return /\p{Surrogate}/u.test(value);
}

export function hasNul(value: string): boolean {
  return value.includes('\0');
}

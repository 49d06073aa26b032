import type { Draw } from './generate-yaml.ts';

const pieces = [
  ...[
    ' ',
    '  ',
    '\n',
    '\t',
    '\r\n',
    ':',
    ': ',
    '- ',
    '-',
    '#',
    ' #',
    ',',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '&a ',
    '*a',
    '!t ',
    '|',
    '>',
    '?',
    '? ',
  ],
  ...[
    '%',
    '@',
    '`',
    '<<: ',
    '---\n',
    '...\n',
    '\\',
    '\ufeff',
    '😀',
    '0',
    '.',
    'e',
    '~',
    'null',
    '\u0000',
    '\u2028',
    '""',
    '{}',
    '[]',
  ],
];

/** The text after one to three mistakes of a typist's or a merge's. */
export function mutateText(text: string, draw: Draw): string {
  let mutated = text;
  for (let count = 1 + draw.below(3); count > 0; count--) mutated = draw.pick(mutations)(mutated, draw);
  return mutated;
}

const mutations: readonly ((text: string, draw: Draw) => string)[] = [
  (text, draw) => splice(text, draw.below(text.length + 1), draw.below(3), ''),
  (text, draw) => splice(text, draw.below(text.length + 1), 0, draw.pick(pieces)),
  (text, draw) => splice(text, draw.below(text.length + 1), 1, draw.pick(pieces)),
  (text, draw) => {
    const at = draw.below(text.length);
    return splice(text, at, 2, `${text[at + 1] ?? ''}${text[at] ?? ''}`);
  },
  (text, draw) => changeLine(text, draw, (line) => [line, line]),
  (text, draw) => changeLine(text, draw, () => []),
  (text, draw) => changeLine(text, draw, (line) => [`${' '.repeat(1 + draw.below(3))}${line}`]),
  (text, draw) => changeLine(text, draw, (line) => [line.replace(/^ {1,2}/, '')]),
  (text, draw) => changeLine(text, draw, (line) => [line, `${' '.repeat(draw.below(8))}# c`]),
  (text, draw) => changeLine(text, draw, (line) => [line.replace(/:.*/, ':')]),
  (text, draw) => changeLine(text, draw, (line) => [line.replace(/[:,] /, '$&\n')]),
  (text) => text.replaceAll('\n', '\r\n'),
  (text, draw) => text.slice(0, draw.below(text.length + 1)),
];

function splice(text: string, at: number, remove: number, insert: string): string {
  return text.slice(0, at) + insert + text.slice(at + remove);
}

function changeLine(text: string, draw: Draw, change: (line: string) => readonly string[]): string {
  const lines = text.split('\n');
  const at = draw.below(lines.length);
  return [...lines.slice(0, at), ...change(lines[at] ?? ''), ...lines.slice(at + 1)].join('\n');
}

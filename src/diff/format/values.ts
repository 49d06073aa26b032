/** What changed of a value, in a form that fits the value: as a whole, or by the entries of a list. */
export type ValueChange =
  | { readonly kind: 'whole'; readonly before: string; readonly after: string }
  | { readonly kind: 'entries'; readonly removed: readonly string[]; readonly added: readonly string[] };

/** The units of the model's numbers, by what their field ends in. */
const units: readonly (readonly [field: RegExp, unit: string])[] = [
  [/Gb$/, ' GB'],
  [/Days$/, ' days'],
  [/\.retained$/, ' backups'],
  [/PerMinute$/, ' per minute'],
  [/\.hour$/, ':00 UTC'],
];

/** Both values, with their unit; lists by what left and what came, unless nothing stayed. */
export function describeValues(field: string, before: unknown, after: unknown): ValueChange {
  if (isPlainList(before) && isPlainList(after)) {
    const removed = before.filter((item) => !after.includes(item));
    const added = after.filter((item) => !before.includes(item));
    if (removed.length + added.length > 0 && before.length + after.length > 2)
      return { kind: 'entries', removed: removed.map(formatValue), added: added.map(formatValue) };
  }
  return { kind: 'whole', before: formatNumber(field, before), after: formatNumber(field, after) };
}

function formatNumber(field: string, value: unknown): string {
  if (typeof value !== 'number') return formatValue(value);
  if (value === 0 && field.endsWith('limitGb')) return 'no limit';
  return `${value}${units.find(([pattern]) => pattern.test(field))?.[1] ?? ''}`;
}

/** One line: plain where it reads as words, else as JSON, so that nothing in it moves a terminal's cursor. */
function formatValue(value: unknown): string {
  if (value === null || value === undefined) return '(none)';
  if (typeof value === 'string') return formatText(value);
  if (isPlainList(value)) return `[${value.map(formatValue).join(', ')}]`;
  return escapeUnseen(JSON.stringify(value));
}

export function formatText(text: string): string {
  const plain = /^[^\s\p{C}"[\],]+( [^\s\p{C}"[\],]+)*$/u.test(text);
  return plain ? text : escapeUnseen(JSON.stringify(text));
}

function isPlainList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.every((item) => typeof item !== 'object');
}

function escapeUnseen(json: string): string {
  return json.replace(/[\p{C}\u2028\u2029]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}

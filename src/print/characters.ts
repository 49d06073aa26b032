/**
 * Characters that one reader takes for a line break and another drops (C0 and C1 controls, U+2028, U+2029, U+FEFF and
 * the two non-characters), and those that reorder what a reviewer sees ('Trojan Source', CVE-2021-42574). A function,
 * because making it takes as long as emitting a file.
 */
const unseen = (): RegExp => /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/gu;

/**
 * Whether a text is of ASCII's visible characters alone, as most are: what only others need is then not made. Expressions
 * over Unicode's properties take V8 milliseconds to compile.
 */
export function isPlain(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

/** Writes them as `\uNNNN`, which means the same in strings of JSON, YAML, HCL, Python and SQL's E''. Backslashes are the caller's. */
export function escapeUnseen(text: string): string {
  if (isPlain(text)) return text;
  return text.replace(unseen(), (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A comment's text: line breaks of any reader and whatever cannot be seen become one space. */
export function oneLine(text: string): string {
  if (isPlain(text)) return text.replace(/ {2,}/g, ' ').trim();
  return text
    .replace(unseen(), ' ')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** Throws on half a surrogate pair: UTF-8 has none, so a file could not hold it. */
export function refuseUnpaired(value: string): void {
  if (!isPlain(value) && /\p{Surrogate}/u.test(value))
    throw new RangeError(`half a surrogate pair in ${JSON.stringify(value)}`);
}

/** Throws on NUL, which neither PostgreSQL's text nor a word of a shell can hold. */
export function refuseNul(value: string): void {
  if (value.includes('\0')) throw new RangeError(`a NUL in ${JSON.stringify(value)}`);
}

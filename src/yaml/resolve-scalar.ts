const words: ReadonlyMap<string, boolean | null> = new Map([
  ['~', null],
  ...['null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);

/**
 * What an unquoted scalar stands for by YAML 1.2's core schema (specification 1.2.2, 10.3.2). `.inf`, `.nan` and numbers
 * past the largest double give numbers that are not finite.
 */
export function resolveScalar(source: string): string | number | boolean | null {
  const first = source.charCodeAt(0);
  // `+`, `-`, `.` and digits; nothing else starts a number.
  if (first >= 0x2b && first <= 0x39) return resolveNumber(source) ?? source;
  // The longest of the words is `false`, and few scalars of a spec are as short.
  if (source.length > 5) return source;
  const word = words.get(source);
  return word === undefined ? source : word;
}

function resolveNumber(source: string): number | null {
  if (/^[-+]?[0-9]+$/.test(source)) return Number.parseInt(source, 10);
  if (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(source)) return Number.parseFloat(source);
  if (/^0o[0-7]+$/.test(source)) return Number.parseInt(source.slice(2), 8);
  if (/^0x[0-9a-fA-F]+$/.test(source)) return Number.parseInt(source.slice(2), 16);
  if (/^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/.test(source)) return Number.NaN;
  return null;
}

import type { Diagnostic } from './diagnostic.ts';

/** Sorted by place, then code; the same mistake said twice (once per environment, say) stands once. */
export function orderDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Map<string, Diagnostic>();
  for (const diagnostic of diagnostics) {
    const key = identify(diagnostic);
    if (!seen.has(key)) seen.set(key, diagnostic);
  }
  return [...seen.values()].sort(
    (a, b) =>
      compareText(a.file, b.file) ||
      a.range.start.line - b.range.start.line ||
      a.range.start.column - b.range.start.column ||
      compareText(a.code, b.code) ||
      compareText(a.message, b.message),
  );
}

/** Whether two diagnostics say the same of the same place. */
export function isSameDiagnostic(a: Diagnostic, b: Diagnostic): boolean {
  return identify(a) === identify(b);
}

/** The same text for two diagnostics that say the same of the same place. */
export function identify({ code, file, range: { start, end }, message }: Diagnostic): string {
  return JSON.stringify([code, file, start.line, start.column, end.line, end.column, message]);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

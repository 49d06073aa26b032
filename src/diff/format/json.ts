import type { Report } from '../report.ts';

/** The form for machines. What is in `changes` stays as it is; more keys may come. */
export function formatJson({ changes, notes, warnings, failOn }: Report, paste: string | null): string {
  const failing = changes.filter(({ fails }) => fails).length;
  return `${JSON.stringify({ changes, notes, warnings, failOn, failing, acknowledge: paste }, null, 2)}\n`;
}

import type { Origin, Report } from '../report.ts';

/** The form for machines. What is in `changes` stays as it is; more keys may come. `hunks` only where they are asked for. */
export function formatJson(
  { changes, notes, warnings, failOn, untraced, live }: Report,
  paste: string | null,
  hunks: readonly Origin[] | null = null,
): string {
  const failing = changes.filter(({ fails }) => fails).length;
  // Left out where nothing was read of what runs.
  const all = { changes, notes, warnings, failOn, failing, acknowledge: paste, untraced, live };
  return `${JSON.stringify(hunks === null ? all : { ...all, hunks }, null, 2)}\n`;
}

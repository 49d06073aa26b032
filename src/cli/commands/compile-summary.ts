import type { PlannedFile, WritePlan } from '../../artifact/plan.ts';

// What a compile says on stdout. Apart from the rest of the report, because the answer of a compile that changes
// nothing (../unchanged) is given without it.

interface Summarised {
  /** The output folder as shown. */
  readonly shown: string;
  readonly check: boolean;
  readonly plans: readonly WritePlan[];
}

/** A line for each environment. */
export function renderSummary({ shown, check, plans }: Summarised): string {
  return plans.map((plan) => `${shown}/${plan.name}  ${summarise(plan, check)}\n`).join('');
}

/** The whole of `--format json`. */
export function renderJson({ shown, check, plans }: Summarised): string {
  const environments = plans.map(({ name, write, remove, refused, unchanged }) => ({
    environment: name,
    written: write.map(toJson),
    removed: remove.map(toJson),
    refused: refused.map(toJson),
    unchanged,
  }));
  return `${JSON.stringify({ out: shown, check, environments }, null, 2)}\n`;
}

function toJson({ path, reason }: PlannedFile): { path: string; reason: string } {
  return { path, reason };
}

function summarise({ write, remove, refused, unchanged }: Summarised['plans'][number], check: boolean): string {
  // Where a file is refused, nothing at all was written.
  const done = check || refused.length === 0;
  const counts: readonly (readonly [number, string])[] = [
    [done ? write.length : 0, check ? 'to write' : 'written'],
    [done ? remove.length : 0, check ? 'to remove' : 'removed'],
    [refused.length, 'refused'],
  ];
  const some = counts.filter(([count]) => count > 0);
  return [...some, [unchanged, 'unchanged'] as const].map(([count, what]) => `${count} ${what}`).join(', ');
}

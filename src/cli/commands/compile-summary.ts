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
  const isDone = isBroughtAbout({ check, plans });
  return plans.map((plan) => `${shown}/${plan.name}  ${summarise(plan, check, isDone)}\n`).join('');
}

/** The whole of `--format json`. */
export function renderJson({ shown, check, plans }: Summarised): string {
  const isDone = isBroughtAbout({ check, plans });
  const environments = plans.map(({ name, write, remove, refused, unchanged }) => ({
    environment: name,
    written: isDone ? write.map(toJson) : [],
    removed: isDone ? remove.map(toJson) : [],
    refused: refused.map(toJson),
    unchanged,
  }));
  return `${JSON.stringify({ out: shown, check, environments }, null, 2)}\n`;
}

function toJson({ path, reason }: PlannedFile): { path: string; reason: string } {
  return { path, reason };
}

/** Where one file of one environment is refused, nothing at all is written; a check says what would be. */
function isBroughtAbout({ check, plans }: Pick<Summarised, 'check' | 'plans'>): boolean {
  return check || plans.every(({ refused }) => refused.length === 0);
}

function summarise(
  { write, remove, refused, unchanged }: Summarised['plans'][number],
  check: boolean,
  isDone: boolean,
): string {
  const counts: readonly (readonly [number, string])[] = [
    [isDone ? write.length : 0, check ? 'to write' : 'written'],
    [isDone ? remove.length : 0, check ? 'to remove' : 'removed'],
    [refused.length, 'refused'],
  ];
  const some = counts.filter(([count]) => count > 0);
  return [...some, [unchanged, 'unchanged'] as const].map(([count, what]) => `${count} ${what}`).join(', ');
}

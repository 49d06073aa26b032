import { impacts } from '../change.ts';
import type { Report, ReportedChange } from '../report.ts';

/** One line that says how bad it is, e.g. `3 changes: 1 replace, 2 update; 1 loses data; 1 not acknowledged.` */
export function describeVerdict({ changes, failOn }: Report): string {
  if (changes.length === 0) return 'No changes.';
  const counts = impacts
    .map((impact) => ({ impact, count: changes.filter((change) => change.impact === impact).length }))
    .filter(({ count }) => count > 0)
    .map(({ impact, count }) => `${count} ${impact}`);
  const parts = [
    `${changes.length} ${changes.length === 1 ? 'change' : 'changes'}: ${counts.join(', ')}`,
    ...countIf(
      changes,
      ({ rule }) => rule.loss !== null,
      (count) => `${count} ${count === 1 ? 'loses' : 'lose'} data`,
    ),
    ...countIf(
      changes,
      ({ acknowledged }) => acknowledged?.standing === 'valid',
      (count) => `${count} acknowledged`,
    ),
    ...countIf(
      changes,
      ({ fails }) => fails,
      (count) => `${count} at least ${failOn} and not acknowledged`,
    ),
  ];
  return `${parts.join('; ')}.`;
}

function countIf(
  changes: readonly ReportedChange[],
  holds: (change: ReportedChange) => boolean,
  say: (count: number) => string,
): readonly string[] {
  const count = changes.filter(holds).length;
  return count === 0 ? [] : [say(count)];
}

/** What is said of a change that the spec acknowledges. */
export function describeAcknowledged({ acknowledged }: ReportedChange): string | null {
  if (acknowledged === null) return null;
  const { standing, until, reason } = acknowledged;
  switch (standing) {
    case 'valid':
      return `acknowledged until ${until}: ${reason}`;
    case 'expired':
      return `acknowledged until ${until}, which is past: ${reason}`;
    case 'tooFar':
      return `acknowledged until ${until}, which is more than a year ahead: ${reason}`;
    default:
      return standing satisfies never;
  }
}

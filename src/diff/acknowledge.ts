import type { Acknowledgement } from '../model/platform.ts';
import type { Change } from './change.ts';

/** What the spec says of a change that is meant, and whether that counts today. */
export interface Acknowledged {
  /** As the spec has it: the change's resource, or `environment NAME`. */
  readonly change: string;
  readonly reason: string;
  /** YYYY-MM-DD, the last day on which it counts. */
  readonly until: string;
  /** `expired`: its day is past; `tooFar`: its day is more than a year ahead. Only `valid` counts. */
  readonly standing: 'valid' | 'expired' | 'tooFar';
}

/** An acknowledgement is for a change at hand; one for longer than this many days is for whatever may come. */
const longestDays = 366;

/** The acknowledgement of a change, one that counts before one that does not, or null. `today` is YYYY-MM-DD in UTC. */
export function findAcknowledged(change: Change, all: readonly Acknowledgement[], today: string): Acknowledged | null {
  const found = all
    .filter((one) => coversChange(one, change))
    .map(({ change: what, reason, until }) => ({ change: what, reason, until, standing: standingOf(until, today) }));
  return found.find(({ standing }) => standing === 'valid') ?? found[0] ?? null;
}

/** Whether it is of all that goes with an environment. */
export function isOfEnvironment({ change }: Acknowledgement): boolean {
  return change.startsWith('environment ');
}

/** Those that fit none of the changes: what they were for has been applied, or never was to come. */
export function listUnused(all: readonly Acknowledgement[], changes: readonly Change[]): readonly Acknowledgement[] {
  return all.filter((one) => !changes.some((change) => coversChange(one, change)));
}

/** `environment NAME` covers all that goes with an environment; anything else one change of one resource. */
function coversChange(acknowledgement: Acknowledgement, change: Change): boolean {
  const { change: resource, field, impact } = acknowledgement;
  if (isOfEnvironment(acknowledgement))
    return resource === `environment ${change.environment}` && change.field === null && change.impact === impact;
  return resource === change.resource && field === change.field && impact === change.impact;
}

function standingOf(until: string, today: string): Acknowledged['standing'] {
  if (until < today) return 'expired';
  const days = (Date.parse(until) - Date.parse(today)) / 86_400_000;
  return days > longestDays ? 'tooFar' : 'valid';
}

import type { Impact } from '../change.ts';
import type { Fields } from '../resources.ts';

/** What one kind of change does, as data. The first rule of the table that fits a change is its rule. */
export interface Rule {
  /** The resource's name; `*` stands for any text. */
  readonly resource: string;
  /** The field's path, `*` standing for any text; null is the resource as a whole. */
  readonly field: string | null;
  /** All must hold; left out: whatever the values. */
  readonly when?: readonly Condition[];
  readonly impact: Impact;
  readonly reason: string;
  /** Data that is gone afterwards. */
  readonly loss?: string;
  /** A provider's version, file and attribute, or a page of documentation. */
  readonly source: string;
}

/** What a rule may ask of the two values, or of the platform around them. */
export type Condition = keyof typeof conditions;

/** A change before it is judged. */
export interface Candidate {
  readonly resource: string;
  readonly field: string | null;
  readonly before: unknown;
  readonly after: unknown;
  /** All fields that the resource will have; null where it will not be there. */
  readonly fieldsAfter: Fields | null;
}

const conditions = {
  appears: ({ before }: Candidate) => before === null,
  disappears: ({ after }: Candidate) => after === null,
  shrinks: ({ before, after }: Candidate) => Number(after) < Number(before),
  turnsOn: ({ after }: Candidate) => after === true,
  turnsOff: ({ after }: Candidate) => after === false,
  lowersVersion: ({ before, after }: Candidate) => compareVersions(String(after), String(before)) < 0,
  diskGrowsByItself: ({ fieldsAfter }: Candidate) =>
    (fieldsAfter?.['disk'] as { autoresize?: unknown })?.autoresize === true,
} as const satisfies Record<string, (candidate: Candidate) => boolean>;

export function fitsRule(rule: Rule, candidate: Candidate): boolean {
  return (
    fitsPattern(rule.resource, candidate.resource) &&
    (rule.field === null || candidate.field === null
      ? rule.field === candidate.field
      : fitsPattern(rule.field, candidate.field)) &&
    (rule.when ?? []).every((condition) => conditions[condition](candidate))
  );
}

function fitsPattern(pattern: string, text: string): boolean {
  const [start = '', ...rest] = pattern.split('*');
  const end = rest.at(-1);
  if (end === undefined) return text === pattern;
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}

/** Versions by their numbers: 0.9.11 is after 0.9.2, POSTGRES_15 before POSTGRES_16. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => (version.match(/\d+/g) ?? []).map(Number));
  for (let at = 0; at < Math.max(left?.length ?? 0, right?.length ?? 0); at++) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

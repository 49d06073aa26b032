import type { Impact } from '../change.ts';
import { type Candidate, type Condition, conditions } from './conditions.ts';
import type { Source } from './sources.ts';

/** What one kind of change does, as data. The first rule of the table that fits a change is its rule. */
export interface Rule {
  /** Stable, `part/what-it-does`: what people cite and scripts match. */
  readonly id: string;
  /** The resource's name; `*` stands for any text. */
  readonly resource: string;
  /** The field's path, `*` standing for any text; null is the resource as a whole. */
  readonly field: string | null;
  /** All must hold; left out: whatever the values. */
  readonly when?: readonly Condition[];
  /** The google provider's versions that it holds for, e.g. `< 7.44.0`; left out: all that `versions.tf` lets in. */
  readonly versions?: string;
  readonly impact: Impact;
  readonly reason: string;
  /** Data that is gone afterwards. */
  readonly loss?: string;
  readonly source: Source;
}

/** Whether a rule speaks of a change, whatever the provider's version. */
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

import { isDay } from '../acknowledgements.ts';
import type { Finding, RuleInput } from './rule.ts';

const at = ['hosting', 'cloudSql', 'maintenance', 'deny'];

/** Source: Cloud SQL for PostgreSQL, 'About maintenance on Cloud SQL instances' (deny maintenance period). */
const mostDays = 90;

/** A period without maintenance that the API refuses. Whether it is past is not asked: a compile has no clock. */
export function checkDenyPeriod({ value }: RuleInput): readonly Finding[] {
  const deny = value.hosting.cloudSql?.maintenance?.deny;
  if (deny === undefined) return [];
  const none = (['start', 'end'] as const).filter((key) => !isDay(deny[key]));
  if (none.length > 0) {
    return none.map((key) => ({
      code: 'PF230',
      at: [...at, key],
      message: `${deny[key]} is no day of the calendar`,
      hint: 'write a day like 2026-12-15',
    }));
  }
  const days = (Date.parse(deny.end) - Date.parse(deny.start)) / 86_400_000;
  const refuse = (message: string, hint: string): readonly Finding[] => [
    { code: 'PF235', at: [...at, 'end'], message, hint, related: { at: [...at, 'start'], message: 'it starts here' } },
  ];
  if (days < 1) return refuse(`a period that ends ${days === 0 ? 'as' : 'before'} it starts`, 'write a later day');
  if (days <= mostDays) return [];
  return refuse(`${days} days, and maintenance is put off for at most ${mostDays}`, 'write an earlier day');
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

interface CronField {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** Names that stand for the numbers from `low` on. */
  readonly names: readonly string[];
}

/** The five fields, as Kubernetes' parser has them (robfig/cron v3, standard specification). */
const cronFields: readonly CronField[] = [
  { name: 'minute', low: 0, high: 59, names: [] },
  { name: 'hour', low: 0, high: 23, names: [] },
  { name: 'day of the month', low: 1, high: 31, names: [] },
  { name: 'month', low: 1, high: 12, names: months },
  { name: 'weekday', low: 0, high: 6, names: days },
];

/** What is wrong with a cron line, or null. */
export function cronProblem(line: string): string | null {
  const parts = line.split(' ');
  if (parts.length !== cronFields.length) return `${JSON.stringify(line)} has not five fields`;
  for (const [index, field] of cronFields.entries()) {
    for (const item of (parts[index] ?? '').split(',')) {
      const problem = itemProblem(item, field);
      if (problem !== null) return problem;
    }
  }
  return null;
}

/** One item of a field's list: `*`, a value or FROM-TO, each with an optional /STEP. */
function itemProblem(item: string, field: CronField): string | null {
  if (item === '*') return null;
  const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(item) ?? [];
  if (range === '' || step === '0') return `${JSON.stringify(item)} is no ${field.name}`;
  if (range === '*') return null;
  const [from, to, more] = range.split('-').map((value) => readValue(value, field));
  if (from === undefined || from === null || to === null || more !== undefined) {
    return `${JSON.stringify(item)} is no ${field.name} from ${field.low} to ${field.high}`;
  }
  return to !== undefined && to < from ? `${JSON.stringify(item)} ends before it starts` : null;
}

function readValue(text: string, field: CronField): number | null {
  const named = field.names.indexOf(text.toUpperCase());
  if (named !== -1) return field.low + named;
  const value = /^\d+$/.test(text) ? Number(text) : -1;
  return value >= field.low && value <= field.high ? value : null;
}

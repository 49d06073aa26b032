/** Microseconds since 1970 in UTC: what a timestamptz holds. */
export type Instant = bigint;

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?\s?([Zz]|[+-]\d\d(?::?\d\d)?)?)?$/;

/** The years 1 to 9999 in UTC, which every reader of ISO 8601 takes. */
const FIRST = -62_135_596_800_000_000n;
const END = 253_402_300_800_000_000n;

/**
 * Reads a date and time of RFC 3339, and what PostgreSQL and pypgstac read besides: seconds or the time left out, a
 * space for the T, no offset, which is UTC. Rounds to microseconds as PostgreSQL does. Null where it is none.
 */
export function parseInstant(text: string): Instant | null {
  const match = RFC3339.exec(text);
  if (match === null) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const [hour, minute, second] = [Number(match[4] ?? 0), Number(match[5] ?? 0), Number(match[6] ?? 0)];
  if (year < 1 || hour > 23 || minute > 59 || second > 60) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const offset = readOffset(match[8]);
  if (offset === null) return null;
  const seconds = date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offset;
  const instant = addMicroseconds(seconds, readMicroseconds(match[7]));
  return instant < FIRST || instant >= END ? null : instant;
}

function addMicroseconds(seconds: number, microseconds: number): Instant {
  const sum = seconds * 1_000_000 + microseconds;
  // Exact from the year 1684 to 2255, in a single big integer.
  return Number.isSafeInteger(sum) ? BigInt(sum) : BigInt(seconds) * 1_000_000n + BigInt(microseconds);
}

/** Seconds east of Greenwich; PostgreSQL takes less than 16 hours. */
function readOffset(text: string | undefined): number | null {
  if (text === undefined || text === 'Z' || text === 'z') return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(3).replace(':', '') || 0);
  if (hours > 15 || minutes > 59) return null;
  return (text.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
}

/** The fraction of a second rounded half to even, as rint() in PostgreSQL's ParseFractionalSecond. */
function readMicroseconds(fraction: string | undefined): number {
  if (fraction === undefined) return 0;
  const exact = Number(`0.${fraction}`) * 1_000_000;
  const rounded = Math.round(exact);
  return rounded - exact === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}

export const MICROSECONDS_A_DAY = 86_400_000_000n;

/** The instant in the one form that PostgreSQL reads alike whatever its settings: `2024-01-31 23:59:59.000001+00`. */
export function formatInstant(instant: Instant): string {
  const micro = ((instant % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const whole = new Date(Number((instant - micro) / 1000n)).toISOString();
  const [day, time] = [whole.slice(0, -14), whole.slice(-13, -5)];
  return `${day} ${time}${micro === 0n ? '' : `.${String(micro).padStart(6, '0')}`}+00`;
}

/** Year and month (1 to 12) in UTC. */
export function monthOf(instant: Instant): { readonly year: number; readonly month: number } {
  const days = instant / MICROSECONDS_A_DAY - (instant % MICROSECONDS_A_DAY < 0n ? 1n : 0n);
  const date = new Date(Number(days) * 86_400_000);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1 };
}

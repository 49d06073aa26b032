import { type Instant, parseInstant } from '../../item/instant.ts';
import { isObject } from './page.ts';
import type { ItemTimes } from './windows.ts';

/**
 * When an item is; null where that is not known for certain: it is no JSON, or has a time that is none, or one finer than
 * a microsecond, which rounds to another moment than a server may compare.
 */
export function readItemTimes(bytes: Buffer): ItemTimes | null {
  const properties = readProperties(bytes);
  if (properties === null) return null;
  const times: (Instant | null)[] = [];
  for (const key of ['datetime', 'start_datetime', 'end_datetime']) {
    const text = properties[key] ?? null;
    const instant = typeof text === 'string' && !/\.\d{7}/.test(text) ? parseInstant(text) : null;
    if (text !== null && instant === null) return null;
    times.push(instant);
  }
  const [datetime = null, start = null, end = null] = times;
  return { datetime, start, end };
}

function readProperties(bytes: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const item: unknown = JSON.parse(bytes.toString('utf8'));
    return isObject(item) && isObject(item['properties']) ? item['properties'] : null;
  } catch {
    return null;
  }
}

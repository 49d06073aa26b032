import type { Tape } from '../json/tape.ts';

/** Powers of ten that a double holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/**
 * A number of a tape as a double, rounded as JSON.parse rounds it.
 *
 * Digits that make an integer below 2^53 and a power of ten up to 10^22 are both exact, and so one division of the two is
 * rounded once, and rightly (W. D. Clinger, 'How to Read Floating Point Numbers Accurately', 1990): nearly all coordinates
 * are read so, without a string of each.
 */
export function readCoordinate(tape: Tape, index: number): number {
  const { bytes } = tape;
  const start = tape.starts[index] as number;
  const end = tape.ends[index] as number;
  const negative = bytes[start] === 0x2d;
  let [digits, point] = [0, end];
  for (let at = negative ? start + 1 : start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte === 0x2e) point = at + 1;
    else if (byte > 0x39 || digits > MOST) return readExactly(tape, index);
    else digits = digits * 10 + byte - 0x30;
  }
  const fraction = end - point;
  // Zero may have a sign.
  if (digits === 0 || digits > Number.MAX_SAFE_INTEGER || fraction >= POWERS.length) return readExactly(tape, index);
  const value = fraction === 0 ? digits : digits / (POWERS[fraction] as number);
  return negative ? -value : value;
}

/** One more digit may be read after so many. */
const MOST = Number.MAX_SAFE_INTEGER / 10;

function readExactly(tape: Tape, index: number): number {
  const value = Number(tape.bytes.toString('latin1', tape.starts[index], tape.ends[index]));
  // `-0` is an integer, and zero has no sign among them; `-0.0` keeps its own.
  return Object.is(value, -0) && (tape.ends[index] as number) - (tape.starts[index] as number) === 2 ? 0 : value;
}

import { fitsNumeric } from './number.ts';
import { ScanStop } from './scan-stop.ts';

/** Digits so few are in the bounds of PostgreSQL's numeric, where there is no exponent. */
const FEW_DIGITS = 1000;

/** Offset behind the number that starts at `start`, with a digit or a minus sign. Throws `ScanStop`. */
export function skipNumber(bytes: Buffer, start: number): number {
  let at = start;
  if (bytes[at] === 0x2d) at += 1;
  at = bytes[at] === 0x30 ? at + 1 : skipDigits(bytes, at);
  if (bytes[at] === 0x2e) at = skipDigits(bytes, at + 1);
  const mark = bytes[at];
  const hasExponent = mark === 0x65 || mark === 0x45;
  if (hasExponent) {
    const sign = bytes[at + 1];
    at = skipDigits(bytes, sign === 0x2b || sign === 0x2d ? at + 2 : at + 1);
  }
  if ((hasExponent || at - start > FEW_DIGITS) && !fitsNumeric(bytes.toString('latin1', start, at)))
    throw new ScanStop('numberOutOfRange', 'a number is beyond what PostgreSQL can hold', start);
  return at;
}

function skipDigits(bytes: Buffer, start: number): number {
  let at = start;
  for (let byte = bytes[at] as number; byte >= 0x30 && byte <= 0x39; byte = bytes[at] as number) at += 1;
  if (at === start) throw new ScanStop('notJson', 'expected a digit', at);
  return at;
}

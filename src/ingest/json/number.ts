/** Most digits before and after the point of PostgreSQL's numeric (its documentation, 'Numeric Types'). */
const MAX_INTEGER_DIGITS = 131_072;
const MAX_FRACTION_DIGITS = 16_383;

interface Decimal {
  readonly negative: boolean;
  /** All digits, those behind the point included. */
  readonly digits: string;
  /** How many of the digits stand behind the point. */
  readonly fraction: number;
  readonly exponent: number;
}

function readDecimal(text: string): Decimal {
  const mark = text.search(/[eE]/);
  const mantissa = mark < 0 ? text : text.slice(0, mark);
  const negative = mantissa.startsWith('-');
  const [whole = '', fraction = ''] = (negative ? mantissa.slice(1) : mantissa).split('.');
  return {
    negative,
    digits: whole + fraction,
    fraction: fraction.length,
    exponent: mark < 0 ? 0 : Number(text.slice(mark + 1)),
  };
}

/** Whether numeric, and with it jsonb, can hold a JSON number. */
export function fitsNumeric(text: string): boolean {
  const { digits, fraction, exponent } = readDecimal(text);
  if (fraction - exponent > MAX_FRACTION_DIGITS) return false;
  const leadingZeros = digits.search(/[1-9]/);
  if (leadingZeros < 0) return true;
  return digits.length - leadingZeros - fraction + exponent <= MAX_INTEGER_DIGITS;
}

/** One spelling for every spelling of the same number: `1`, `1.0` and `10e-1` give the same text. */
export function canonicalNumber(text: string): string {
  const { negative, digits, fraction, exponent } = readDecimal(text);
  const significant = digits.replace(/^0+/, '');
  const trimmed = significant.replace(/0+$/, '');
  if (trimmed === '') return '0';
  const scale = exponent - fraction + (significant.length - trimmed.length);
  return `${negative ? '-' : ''}${trimmed}e${scale}`;
}

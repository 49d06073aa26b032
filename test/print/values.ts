import { expect } from '@jest/globals';
import { hostileValues, randomHostile } from '../support/hostile.ts';

/** Every named hostile value and a few thousand random ones, without duplicates. */
export const values: readonly string[] = [
  ...new Set([...Object.values(hostileValues), ...randomHostile(3000, 20_261_122)]),
];

export interface Printed {
  readonly value: string;
  readonly text: string;
}

/** Prints all values; what is refused must be just what the language cannot hold, and nothing that it can is. */
export function printAll(
  print: (value: string) => { readonly text: string },
  cannotHold: (value: string) => boolean,
): readonly Printed[] {
  const printed: Printed[] = [];
  for (const value of values) {
    if (cannotHold(value)) expect(() => print(value)).toThrow(RangeError);
    else printed.push({ value, text: print(value).text });
  }
  return printed;
}

/** Compares one by one, so that a failure shows the value it is about and not thousands. */
export function expectEqual(
  printed: readonly Printed[],
  read: readonly unknown[],
  means = (value: string): unknown => value,
): void {
  expect(read).toHaveLength(printed.length);
  for (const [index, { value, text }] of printed.entries()) {
    const wanted = means(value);
    if (!Object.is(read[index], wanted)) expect({ text, read: read[index] }).toEqual({ text, read: wanted });
  }
}

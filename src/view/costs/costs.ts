import type { SpecLine } from '../locate.ts';

/** What one environment makes that costs, what weighs most first; in what Google bills by, never in money. */
export interface ViewCosts {
  readonly drivers: readonly CostDriver[];
  /** What the spec does not say, and costs all the same. */
  readonly unknown: readonly string[];
}

export interface CostDriver {
  readonly what: string;
  readonly quantities: readonly Quantity[];
  /** Of all that is weighed here: 0 to 1. It orders, and says nothing of money. */
  readonly share: number;
  readonly lines: readonly SpecLine[];
  /** What would make it smaller. */
  readonly smaller: string;
  /** Where Google says what a unit costs. */
  readonly prices: { readonly title: string; readonly url: string };
}

/** How much of it a month has. */
export interface Quantity {
  readonly amount: number;
  /** e.g. `vCPU-hours`. */
  readonly unit: string;
  /** How it is counted, e.g. `4 vCPU × 730 h × 2 (regional)`. */
  readonly how: string;
}

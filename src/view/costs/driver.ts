import type { CostDriver, Quantity } from './costs.ts';

/** Hours of a month, as Google's calculator counts. */
export const monthHours = 730;

/**
 * How heavy a unit is beside an hour of one vCPU: a rough order of what things weigh on a bill, so that what matters
 * stands first. No prices: those differ by region and change. Memory weighs about a sixth of a core by the GiB; a
 * GiB-month of SSD as much as four hours of a core, of HDD or a balanced disk as two or so; an address as much as
 * a tenth of a core.
 */
const weights = {
  'vCPU-hours': 1,
  'GiB-hours of memory': 0.17,
  'GiB-months of SSD': 4,
  'GiB-months of HDD': 2,
  'GiB-months of balanced disk': 2.4,
  'address-hours': 0.1,
} as const;

export type Unit = keyof typeof weights;

export interface PlannedDriver extends Omit<CostDriver, 'share' | 'quantities'> {
  readonly quantities: readonly (Quantity & { readonly unit: Unit })[];
}

/** The heaviest first, each with its share of all. */
export function weighDrivers(drivers: readonly PlannedDriver[]): readonly CostDriver[] {
  const weighed = drivers.map((driver) => ({
    driver,
    weight: driver.quantities.reduce((sum, { amount, unit }) => sum + amount * weights[unit], 0),
  }));
  const all = weighed.reduce((sum, { weight }) => sum + weight, 0);
  return weighed
    .map(({ driver, weight }) => ({ ...driver, share: all === 0 ? 0 : weight / all }))
    .sort((a, b) => b.share - a.share);
}

export const prices = {
  cloudSql: { title: 'Cloud SQL pricing', url: 'https://cloud.google.com/sql/pricing' },
  compute: { title: 'Compute Engine pricing', url: 'https://cloud.google.com/compute/all-pricing' },
  gke: { title: 'GKE pricing', url: 'https://cloud.google.com/kubernetes-engine/pricing' },
  network: { title: 'Virtual Private Cloud pricing', url: 'https://cloud.google.com/vpc/network-pricing' },
} as const;

export function quantity(amount: number, unit: Unit, how: string): PlannedDriver['quantities'][number] {
  return { amount: Math.round(amount * 100) / 100, unit, how };
}

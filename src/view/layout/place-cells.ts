import type { Lattice } from './graph.ts';

/** Between cells of a rank. */
const gap = 12;
const rounds = 24;

/** The middle of each cell, from the top: as near to its neighbours' as the order of its rank lets it, the first at 0. */
export function placeCells({ cells, chains }: Lattice, ranks: readonly (readonly number[])[]): readonly number[] {
  const neighbours = cells.map((): number[] => []);
  for (const chain of chains)
    for (const [at, to] of chain.slice(1).entries()) {
      neighbours[chain[at] ?? 0]?.push(to);
      neighbours[to]?.push(chain[at] ?? 0);
    }
  const heightOf = (cell: number) => cells[cell]?.height ?? 0;
  const middles = cells.map(() => 0);
  for (let round = 0; round < rounds; round++) {
    for (const rank of round % 2 === 0 ? ranks : [...ranks].reverse()) {
      const wanted = rank.map((cell) => {
        const others = neighbours[cell] ?? [];
        if (others.length === 0 || round === 0) return middles[cell] ?? 0;
        return others.reduce((sum, other) => sum + (middles[other] ?? 0), 0) / others.length;
      });
      for (const [at, middle] of spread(wanted, rank.map(heightOf)).entries()) middles[rank[at] ?? 0] = middle;
    }
  }
  const top = Math.min(...cells.map(({ height }, cell) => (middles[cell] ?? 0) - height / 2));
  return middles.map((middle) => Math.round(middle - top));
}

/**
 * The places nearest to those wanted, in order and apart: without the heights that lie between, that is the isotonic
 * regression of what is wanted (pool adjacent violators).
 */
function spread(wanted: readonly number[], heights: readonly number[]): readonly number[] {
  const offsets: number[] = [];
  let offset = 0;
  for (const height of heights) {
    offsets.push(offset + height / 2);
    offset += height + gap;
  }
  const pools: { sum: number; count: number }[] = [];
  for (const [at, one] of wanted.entries()) {
    pools.push({ sum: one - (offsets[at] ?? 0), count: 1 });
    for (let last = pools.at(-1), before = pools.at(-2); last && before; last = pools.at(-1), before = pools.at(-2)) {
      if (before.sum / before.count <= last.sum / last.count) break;
      pools.splice(-2, 2, { sum: before.sum + last.sum, count: before.count + last.count });
    }
  }
  const free = pools.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count));
  return free.map((place, at) => place + (offsets[at] ?? 0));
}

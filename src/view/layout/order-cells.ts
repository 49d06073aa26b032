import type { Lattice } from './graph.ts';

const sweeps = 8;

/**
 * The cells of each rank from top to bottom, so that few lines cross: each rank in turn is sorted by the middle of its
 * neighbours (Sugiyama, Tagawa and Toda, 1981), and the best of all sweeps is kept. The same graph gives the same order.
 */
export function orderCells({ cells, chains }: Lattice): readonly (readonly number[])[] {
  const ranks: number[][] = [];
  for (const [index, { rank }] of cells.entries()) {
    while (ranks.length <= rank) ranks.push([]);
    ranks[rank]?.push(index);
  }
  const links = chains.flatMap((chain) => chain.slice(1).map((to, at) => [chain[at] ?? 0, to] as const));
  let best = { ranks: ranks.map((rank) => [...rank]), crossings: countCrossings(ranks, links) };
  for (let sweep = 0; sweep < sweeps && best.crossings > 0; sweep++) {
    const forward = sweep % 2 === 0;
    const turn = forward ? [...ranks.keys()] : [...ranks.keys()].reverse();
    for (const rank of turn) sortRank(ranks[rank] ?? [], ranks[rank + (forward ? -1 : 1)] ?? [], links);
    const crossings = countCrossings(ranks, links);
    if (crossings < best.crossings) best = { ranks: ranks.map((rank) => [...rank]), crossings };
  }
  return best.ranks;
}

type Link = readonly [from: number, to: number];

function sortRank(rank: number[], fixed: readonly number[], links: readonly Link[]): void {
  const places = new Map(fixed.map((cell, at) => [cell, at]));
  const middles = new Map(
    rank.map((cell, at) => {
      const others = links.flatMap(([from, to]) =>
        to === cell ? [places.get(from)] : from === cell ? [places.get(to)] : [],
      );
      const seen = others.filter((place) => place !== undefined);
      return [cell, seen.length === 0 ? at : seen.reduce((sum, place) => sum + place, 0) / seen.length];
    }),
  );
  rank.sort((a, b) => (middles.get(a) ?? 0) - (middles.get(b) ?? 0));
}

function countCrossings(ranks: readonly (readonly number[])[], links: readonly Link[]): number {
  const places = new Map(ranks.flatMap((rank) => rank.map((cell, at) => [cell, at] as const)));
  const rankOf = new Map(ranks.flatMap((rank, at) => rank.map((cell) => [cell, at] as const)));
  let crossings = 0;
  for (const [index, [from, to]] of links.entries())
    for (const [otherFrom, otherTo] of links.slice(index + 1)) {
      if (rankOf.get(from) !== rankOf.get(otherFrom)) continue;
      const above = (places.get(from) ?? 0) - (places.get(otherFrom) ?? 0);
      const below = (places.get(to) ?? 0) - (places.get(otherTo) ?? 0);
      if (above * below < 0) crossings++;
    }
  return crossings;
}

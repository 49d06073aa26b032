import { type Graph, makeLattice } from './graph.ts';
import { orderCells } from './order-cells.ts';
import { placeCells } from './place-cells.ts';

/** Where things stand: the middle of each node, and for each edge its path and the middle of its label. */
export interface Layout {
  readonly nodes: ReadonlyMap<string, number>;
  readonly edges: readonly { readonly path: string; readonly label: { readonly x: number; readonly y: number } }[];
  /** Where the lowest of all ends. */
  readonly bottom: number;
}

/** The left side and the width of each rank, columns and gaps in turn. */
export type Ranks = readonly { readonly x: number; readonly width: number }[];

/** Lays a graph out in layers, the same graph always the same way. No two nodes or labels overlap, and no line crosses either. It begins at `top`. */
export function layOut(graph: Graph, ranks: Ranks, top: number): Layout {
  const lattice = makeLattice(graph);
  const order = orderCells(lattice);
  const middles = placeCells(lattice, order).map((middle) => middle + top);
  const at = (cell: number) => middles[cell] ?? 0;
  const ports = spreadPorts(lattice.chains, lattice.cells, middles);
  const edges = lattice.chains.map((chain, index) => {
    const path: string[] = [];
    let x = 0;
    let y = 0;
    for (const [step, cell] of chain.entries()) {
      const { x: left, width } = ranks[lattice.cells[cell]?.rank ?? 0] ?? { x: 0, width: 0 };
      const isEnd = step === 0 || step === chain.length - 1;
      const middle = isEnd ? (ports.get(`${index} ${cell}`) ?? at(cell)) : at(cell);
      if (step === 0) path.push(`M${left + width} ${middle}`);
      else path.push(curve(x, y, left, middle));
      if (!isEnd) path.push(`H${left + width}`);
      [x, y] = [left + width, middle];
    }
    const last = chain.at(-2) ?? 0;
    return { path: path.join(''), label: { x: ranks[lattice.cells[last]?.rank ?? 0]?.x ?? 0, y: at(last) } };
  });
  const bottom = Math.max(0, ...lattice.cells.map(({ height }, cell) => at(cell) + height / 2));
  return {
    nodes: new Map([...lattice.nodeCells].map(([id, cell]) => [id, at(cell)])),
    edges,
    bottom: Math.ceil(bottom),
  };
}

function curve(x: number, y: number, toX: number, toY: number): string {
  if (y === toY) return `H${toX}`;
  const middle = (x + toX) / 2;
  return `C${middle} ${y} ${middle} ${toY} ${toX} ${toY}`;
}

/** Where on a node's side each of its edges starts or ends: apart, in the order of where they go. */
function spreadPorts(
  chains: readonly (readonly number[])[],
  cells: readonly { readonly height: number }[],
  middles: readonly number[],
): ReadonlyMap<string, number> {
  const sides = new Map<string, { readonly edge: number; readonly cell: number; readonly next: number }[]>();
  for (const [edge, chain] of chains.entries())
    for (const [side, cell, next] of [
      ['out', chain[0] ?? 0, chain[1] ?? 0],
      ['in', chain.at(-1) ?? 0, chain.at(-2) ?? 0],
    ] as const) {
      const key = `${side} ${cell}`;
      sides.set(key, [...(sides.get(key) ?? []), { edge, cell, next }]);
    }
  const ports = new Map<string, number>();
  for (const own of sides.values()) {
    const sorted = [...own].sort((a, b) => (middles[a.next] ?? 0) - (middles[b.next] ?? 0));
    for (const [at, { edge, cell }] of sorted.entries()) {
      const step = Math.min(8, ((cells[cell]?.height ?? 0) - 16) / Math.max(1, sorted.length - 1));
      ports.set(
        `${edge} ${cell}`,
        Math.round(((middles[cell] ?? 0) + (at - (sorted.length - 1) / 2) * step) * 10) / 10,
      );
    }
  }
  return ports;
}

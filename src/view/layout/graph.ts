/** What is laid out: boxes in columns, and lines between them from left to right that carry a label. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export interface GraphNode {
  readonly id: string;
  /** From 0. */
  readonly column: number;
  readonly height: number;
}

export interface GraphEdge {
  readonly from: string;
  /** In a column further right. */
  readonly to: string;
  /** 0 where it has no label. */
  readonly labelHeight: number;
}

/**
 * A place that nothing else may have. Ranks alternate: columns of nodes are even, the gaps between them, where labels
 * stand, are odd. An edge has a cell of its own in every rank that it crosses, so that no line runs through a text.
 */
export interface Cell {
  readonly rank: number;
  readonly height: number;
}

export interface Lattice {
  readonly cells: readonly Cell[];
  /** The cell of each node. */
  readonly nodeCells: ReadonlyMap<string, number>;
  /** The cells of each edge from node to node, both counted. */
  readonly chains: readonly (readonly number[])[];
}

/** What a line takes where it passes by. */
const thin = 8;

/** Throws where an edge leads to the left or nowhere: that is a mistake of whoever made the graph. */
export function makeLattice({ nodes, edges }: Graph): Lattice {
  const cells: Cell[] = nodes.map(({ column, height }) => ({ rank: 2 * column, height }));
  const nodeCells = new Map(nodes.map(({ id }, index) => [id, index]));
  const chains = edges.map(({ from, to, labelHeight }) => {
    const [start, end] = [nodeCells.get(from), nodeCells.get(to)];
    const [first, last] = [cells[start ?? -1]?.rank, cells[end ?? -1]?.rank];
    if (start === undefined || end === undefined || first === undefined || last === undefined || first >= last)
      throw new RangeError(`no edge leads from ${from} to ${to}`);
    const chain = [start];
    for (let rank = first + 1; rank < last; rank++)
      chain.push(cells.push({ rank, height: rank === last - 1 ? Math.max(thin, labelHeight) : thin }) - 1);
    return [...chain, end];
  });
  return { cells, nodeCells, chains };
}

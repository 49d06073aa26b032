import type { Platform } from '../model/platform.ts';
import type { SpecNode } from '../spec/node.ts';
import type { Architecture, DrawnEdge, DrawnNode } from './architecture/architecture.ts';
import { planDatabases } from './architecture/databases.ts';
import { createSubject, type PlannedEdge, type PlannedNode } from './architecture/part.ts';
import { planPeople } from './architecture/people.ts';
import { planPipelines } from './architecture/pipelines.ts';
import { listReaches } from './architecture/reaches.ts';
import { planWorkloads } from './architecture/workloads.ts';
import { layOut } from './layout/lay-out.ts';
import type { Locate } from './locate.ts';

const titles = ['From', 'Runs', 'As whom, which way', 'Databases', 'Kept and watched'] as const;
const nodeWidth = 176;
const nodeHeight = 46;
/** Of the gaps between columns, by what their labels say: logins are the longest. */
const labelWidths = [118, 182, 212, 122] as const;
const labelHeight = 34;
/** Beside a label and beside a column, where lines bend. */
const bend = 22;
const margin = 12;
const headHeight = 34;
/** The widest that a character of the page's fonts is on average, at the size of a title and of the rest. */
const charWidth = { title: 7.6, rest: 6.7 } as const;

/** Draws one environment: boxes and lines that never cover each other, whatever the spec has, and the same as a table. */
export function drawArchitecture(platform: Platform, root: SpecNode, locate: Locate): Architecture {
  const subject = createSubject(platform, root, locate);
  const parts = [planPipelines(subject), planWorkloads(subject), planPeople(subject), planDatabases(subject)];
  const nodes = parts.flatMap((part) => part.nodes);
  const edges = parts.flatMap((part) => part.edges);
  const ranks = listRanks();
  const layout = layOut(
    {
      nodes: nodes.map(({ id, column }) => ({ id, column, height: nodeHeight })),
      edges: edges.map(({ from, to }) => ({ from, to, labelHeight })),
    },
    ranks,
    headHeight,
  );
  const last = ranks.at(-1) ?? { x: 0, width: 0 };
  return {
    drawing: {
      width: last.x + last.width + margin,
      height: layout.bottom + margin,
      columns: titles.map((title, column) => ({ title, x: ranks[2 * column]?.x ?? 0, width: nodeWidth })),
      nodes: nodes.map((node) => drawNode(node, layout.nodes.get(node.id) ?? 0, ranks[2 * node.column]?.x ?? 0)),
      edges: edges.map((edge, index) => drawEdge(edge, layout.edges[index], columnOf(nodes, edge.to))),
    },
    reaches: listReaches(platform),
  };
}

function listRanks(): readonly { readonly x: number; readonly width: number }[] {
  const ranks: { x: number; width: number }[] = [];
  let x = margin;
  for (const [column] of titles.entries()) {
    ranks.push({ x, width: nodeWidth });
    x += nodeWidth + bend;
    const width = labelWidths[column];
    if (width === undefined) break;
    ranks.push({ x, width });
    x += width + bend;
  }
  return ranks;
}

function columnOf(nodes: readonly PlannedNode[], id: string): number {
  return nodes.find((node) => node.id === id)?.column ?? 0;
}

function drawNode({ column: _, ...node }: PlannedNode, middle: number, x: number): DrawnNode {
  const room = nodeWidth - 20;
  return {
    ...node,
    ...{ x, y: middle - nodeHeight / 2, width: nodeWidth, height: nodeHeight },
    shown: [cut(node.title, room / charWidth.title), cut(node.detail, room / charWidth.rest)],
  };
}

function drawEdge(
  edge: PlannedEdge,
  laid: { readonly path: string; readonly label: { readonly x: number; readonly y: number } } | undefined,
  column: number,
): DrawnEdge {
  const width = labelWidths[column - 1] ?? 0;
  const most = width / charWidth.rest;
  const { x = 0, y = 0 } = laid?.label ?? {};
  return {
    ...edge,
    path: laid?.path ?? '',
    label: { x, y, width, shown: [cut(edge.identity, most), cut(edge.how, most)] },
  };
}

/** As much of a text as has room, its ends: what tells names of a platform apart stands at either. */
function cut(text: string, most: number): string {
  const room = Math.floor(most);
  const characters = [...text];
  if (characters.length <= room) return text;
  const tail = Math.floor((room - 1) / 3);
  return `${characters.slice(0, room - 1 - tail).join('')}…${characters.slice(-tail).join('')}`;
}

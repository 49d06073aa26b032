import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { findMistakes } from '../../src/spec/find-mistakes.ts';
import { openTrace } from '../../src/trace/trace.ts';
import type { Architecture } from '../../src/view/architecture/architecture.ts';
import { drawArchitecture } from '../../src/view/draw-architecture.ts';
import { createLocate } from '../../src/view/locate.ts';
import { projectRoot } from '../support/root.ts';

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8');
const cloudSql = read('spec/platform.yaml');
const machines = read('examples/02-virtual-machines/platform.yaml');

/** Each environment of a spec, drawn. */
function draw(text: string): readonly Architecture[] {
  const spec = findMistakes({ path: 'platform.yaml', text });
  if (!spec.ok) throw new Error(JSON.stringify(spec.diagnostics));
  return spec.value.environments.map(({ name }) => {
    const { platform, root } = openTrace(spec.value, name, text);
    return drawArchitecture(platform, root, createLocate(root, root));
  });
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Everything that has a text, as a box of its own. */
function listBoxes({ drawing: { nodes, edges } }: Architecture): readonly Box[] {
  const labels = edges.map(({ label: { x, y, width } }) => ({ x, y: y - 16, width, height: 32 }));
  return [...nodes, ...labels];
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

const people = (count: number, grants: (at: number) => string) =>
  Array.from(
    { length: count },
    (_, at) => `    - { member: "user:p${at}@example.org", grants: { ${grants(at)} } }\n`,
  ).join('');
const pipelines = (count: number) =>
  Array.from(
    { length: count },
    (_, at) =>
      `  p${at}:\n    source: { stacApi: { url: "https://h${at}.example/v1", collections: [c] } }\n    schedule: "0 3 * * *"\n`,
  ).join('');
const workloads = (count: number) =>
  Array.from(
    { length: count },
    (_, at) =>
      `    w${at}: { namespace: n${at % 3}, serviceAccount: s${at}, grants: { pgstac: ${at % 2 ? 'read' : 'ingest'} } }\n`,
  ).join('');

const variants: readonly (readonly [name: string, text: string])[] = [
  ['the sample', cloudSql],
  ['two environments, a replica', read('examples/01-cloud-sql/platform.yaml')],
  ['machines', machines],
  ['Terraform fills it', read('examples/03-bootstrap-terraform/platform.yaml')],
  ['no bastion', cloudSql.replace(/ {2}bastion: .*\n/, '')],
  ['a pooler', cloudSql.replace('  version: "1.36"\n', '  version: "1.36"\n  pooler: { clients: [web, tiles] }\n')],
  ['no Metaflow and no cluster', cloudSql.replace(/kubernetes:[\s\S]*?pipelines:/, 'pipelines:')],
  [
    'six people',
    cloudSql.replace(
      /( {4}- \{ member: .*\n)/,
      people(6, () => 'pgstac: read'),
    ),
  ],
  [
    'forty people',
    cloudSql.replace(
      /( {4}- \{ member: .*\n)/,
      people(40, (at) => (at % 3 ? 'pgstac: read' : 'ingest: write')),
    ),
  ],
  ['six pipelines', cloudSql + pipelines(5)],
  ['fifty pipelines', cloudSql + pipelines(49)],
  ['twelve workloads', cloudSql.replace('  workloads:\n', `  workloads:\n${workloads(12)}`)],
  [
    'machines, twelve workloads, forty people',
    machines
      .replace('  workloads:\n', `  workloads:\n${workloads(12)}`)
      .replace('  people:\n', `  people:\n${people(40, () => 'pgstac: ingest')}`),
  ],
];

describe('the drawing', () => {
  test.each(variants)('has a place of its own for every text: %s', (_, text) => {
    for (const architecture of draw(text)) {
      const boxes = listBoxes(architecture);
      const { width, height } = architecture.drawing;
      for (const [at, box] of boxes.entries()) {
        expect(boxes.slice(at + 1).filter((other) => overlap(box, other))).toEqual([]);
        expect([box.x >= 0, box.y >= 0, box.x + box.width <= width, box.y + box.height <= height]).toEqual([
          true,
          true,
          true,
          true,
        ]);
      }
      expect(boxes.length).toBeLessThan(120);
    }
  });

  test('is the same each time', () => {
    expect(draw(cloudSql)).toEqual(draw(cloudSql));
  });
});

describe('the table', () => {
  test('says who reaches what, with which identity', () => {
    const said = draw(cloudSql)[0]?.reaches.map(({ who, database, login, role }) => [who, database, login, role]);
    expect(said).toEqual([
      ['workload metaflow-task', 'pgstac', 'sentinel2-metaflow-task@acme-earth.iam', 'pgstac_ingest'],
      ['user:ana@example.org', 'pgstac', 'ana@example.org', 'pgstac_read'],
      ['the init Job', 'pgstac', expect.any(String), 'admin'],
      ['workload metaflow-task', 'ingest', 'sentinel2-metaflow-task@acme-earth.iam', 'ingest_write'],
      ['user:ana@example.org', 'ingest', 'ana@example.org', 'ingest_read'],
      ['the init Job', 'ingest', expect.any(String), 'admin'],
    ]);
  });

  test('names everyone, however many are drawn as one', () => {
    const text = variants.find(([name]) => name === 'forty people')?.[1] ?? '';
    const people = draw(text)[0]?.reaches.filter(({ who }) => who.startsWith('user:p'));
    expect(people).toHaveLength(40);
    expect(
      draw(text)[0]
        ?.drawing.nodes.filter(({ kind }) => kind === 'person')
        .map(({ title }) => title),
    ).toEqual(['14 people', '26 people']);
  });

  test('on machines, of workloads only those that may write', () => {
    const said = draw(machines)[0]?.reaches.map(({ who, login, how }) => `${who} ${login} ${how.split(',')[0]}`);
    expect(said).toContain('workload metaflow-task pgstac_user password from Secret Manager');
    expect(said).toContain('user:ben@example.org ingest_user IAP tunnel');
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { SpecNode } from '../../src/spec/node.ts';
import { findCauses } from '../../src/trace/causes.ts';
import { findDerivations } from '../../src/trace/derivations.ts';
import { findEffects } from '../../src/trace/effects.ts';
import { lookUpCauses, mapCauses } from '../../src/trace/map.ts';
import { selectProbes } from '../../src/trace/probes.ts';
import { findPath, formatPath } from '../../src/trace/spec-path.ts';
import { splitLines } from '../../src/trace/touches.ts';
import { openTrace, type Trace } from '../../src/trace/trace.ts';
import { projectRoot } from '../support/root.ts';
import { openAll, openSample, readSpec } from './traces.ts';

const sample = openSample();
const [full] = openAll('test/diff/full-cloud-sql.yaml') as [Trace];

/** The lines (with their text) that a key makes: `file: text`. */
function linesOf(trace: Trace, key: string): readonly string[] {
  const found = findPath(key, trace.root);
  if (found.kind === 'unknown') throw new Error(found.message);
  return [...findEffects(trace, selectProbes(trace, found.path))].flatMap(([file, lines]) =>
    [...lines.keys()].map((line) => `${file}: ${splitLines(trace.base.get(file) ?? '')[line - 1]?.trim()}`),
  );
}

/** The causes of the first line of a file that has a text in it. */
function causesOf(trace: Trace, file: string, text: string): Record<'text' | 'presence', readonly string[]> {
  const line = splitLines(trace.base.get(file) ?? '').findIndex((one) => one.includes(text)) + 1;
  if (line === 0) throw new Error(`${file} has no ${text}`);
  const causes = findCauses(trace, file, line);
  const having = (effect: string) =>
    causes.filter((cause) => cause.effect === effect).map(({ path }) => formatPath(path));
  return { text: having('text'), presence: having('presence') };
}

describe('the lines that a key makes', () => {
  test('a tier: the instance, and the alert on the connections that the tier allows', () => {
    expect(linesOf(sample, 'hosting.cloudSql.tier')).toEqual([
      'terraform/instance.tf: tier                        = "db-custom-4-16384"',
      'terraform/monitoring.tf: full     = 500',
    ]);
  });
  test('a port that is not written: every DSN, the proxy itself, what people type', () => {
    const lines = linesOf(sample, 'kubernetes.proxy.port');
    for (const part of [
      'configs/metaflow_gcp.yaml: PGSTAC_URI=',
      'team/access.md: psql',
      'terraform/outputs.tf: proxy_port',
    ])
      expect(lines.filter((line) => line.startsWith(part))).not.toEqual([]);
  });
  test('a pipeline: its whole flow', () => {
    const file = 'metaflow_flows/sentinel2_ingestion_flow.py';
    const made = linesOf(sample, 'pipelines.sentinel2').filter((line) => line.startsWith(`${file}:`));
    expect(made).toHaveLength(splitLines(sample.base.get(file) ?? '').length);
  });
  test('a schedule: the CronJob', () => {
    const lines = linesOf(full, 'pipelines.sentinel2.schedule');
    expect(lines).toContain('terraform/kubernetes/ingest-sentinel2.yaml: kind: CronJob');
    expect(lines.some((line) => /ingest-sentinel2.yaml: schedule: /.test(line))).toBe(true);
  });
});

describe('the causes of a line', () => {
  test('a value, and what it is a part of', () => {
    expect(causesOf(sample, 'terraform/instance.tf', 'db-custom-4-16384')).toEqual({
      text: ['hosting.cloudSql.tier'],
      presence: ['hosting.cloudSql'],
    });
  });
  test('a derived name has all that it is derived of', () => {
    expect(causesOf(sample, 'configs/metaflow_gcp.yaml', 'PGSTAC_URI').text).toEqual(
      expect.arrayContaining(['name', 'gcp.project', 'kubernetes.proxy.port', 'access.workloads.metaflow-task']),
    );
  });
  test('a default is named though it is nowhere written', () => {
    expect(causesOf(sample, 'terraform/instance.tf', 'day ').text).toEqual(['hosting.cloudSql.maintenance.day']);
    expect(causesOf(sample, 'terraform/variables.tf', '"europe-west1"').text).toEqual(['gcp.region']);
  });
  test('a workload is behind its own name, though something else names it too', () => {
    const [, prod] = openAll('examples/01-cloud-sql/platform.yaml') as [Trace, Trace];
    const { text } = causesOf(prod, 'configs/metaflow_gcp.yaml', 'PGSTAC_URI');
    expect(text).toEqual(expect.arrayContaining(['access.workloads.metaflow-task', 'metaflow.workload']));
    expect(new Set(text).size).toBe(text.length);
    expect(linesOf(prod, 'access.workloads.metaflow-task')).toContainEqual(
      expect.stringMatching(/^sql\/ingest-3-logins\.sql: .*alps-prod-metaflow-task/),
    );
  });
  test('a key that another one excludes is none', () => {
    const [, prod] = openAll('examples/01-cloud-sql/platform.yaml') as [Trace, Trace];
    const { text } = causesOf(prod, 'README.md', 'With these variables but without');
    expect(text).toContain('name');
    expect(text.filter((path) => path.startsWith('pipelines.sentinel2.source'))).toEqual([
      'pipelines.sentinel2.source.stacApi',
    ]);
  });
  test('a line of a flow is there because of its pipeline', () => {
    expect(causesOf(sample, 'metaflow_flows/sentinel2_ingestion_flow.py', 'FlowSpec').presence).toEqual([
      'pipelines.sentinel2',
    ]);
  });
  test("a line of every platform's is the environment's alone", () => {
    const [dev] = openAll('examples/01-cloud-sql/platform.yaml') as [Trace];
    expect(causesOf(dev, 'main.py', 'def greet')).toEqual({ text: [], presence: ['environments.dev'] });
    expect(causesOf(dev, 'README.md', '# alps').text).toEqual(['name', 'environments.dev']);
  });
  test('the ConfigMap carries the text of the spec, and so does whatever is named by its hash', () => {
    const carriers = new Map(sample.findCarriers().map(({ path, lines }) => [path, [...lines.keys()]]));
    const at = splitLines(sample.base.get('terraform/kubernetes/spec.yaml') ?? '');
    expect((carriers.get('terraform/kubernetes/spec.yaml') ?? []).map((line) => at[line - 1]?.slice(0, 18))).toEqual([
      '  name: "platform-',
      '  platform.yaml: "',
    ]);
  });
  test('asked one by one or looked up in the map, they are the same', () => {
    const map = mapCauses(sample);
    for (const [file, line] of [
      ['terraform/instance.tf', 24],
      ['terraform/main.tf', 21],
      ['README.md', 33],
      ['terraform/kubernetes/task-proxy-policy.yaml', 56],
      ['team/access.md', 7],
      ['sql/pgstac-2-roles.sql', 3],
    ] as const) {
      const keys = (causes: ReturnType<typeof findCauses>) =>
        causes.map(({ path, effect }) => `${effect} ${formatPath(path)}`).sort();
      expect(keys(findCauses(sample, file, line))).toEqual(keys(lookUpCauses(map, file, line)));
    }
  });
});

test('of many pipelines, only those that a line needs are asked', () => {
  const text = readFileSync(join(projectRoot, 'spec/platform.yaml'), 'utf8');
  const more = Array.from({ length: 100 }, (_, index) => `  p${index}: { source: { files: [a.ndjson] } }\n`).join('');
  const trace = count(openTrace(readSpec('platform.yaml', text + more), 'default', text + more));
  expect(causesOf(trace, 'metaflow_flows/p31_ingestion_flow.py', 'FlowSpec').presence).toEqual(['pipelines.p31']);
  // Each place alone would be more than five hundred; what was asked of fewer pipelines is not counted here.
  expect(trace.probes.length).toBeGreaterThan(500);
  expect(trace.emissions()).toBeLessThan(40);
});

/** A trace that counts what it is asked of the whole spec. */
function count(trace: Trace): Trace & { emissions(): number } {
  let asked = 0;
  const counted =
    <Args extends readonly unknown[], R>(ask: (...args: Args) => R) =>
    (...args: Args): R => {
      asked++;
      return ask(...args);
    };
  return { ...trace, emit: counted(trace.emit), without: counted(trace.without), emissions: () => asked };
}

describe('what a line follows by', () => {
  const rulesOf = (file: string, text: RegExp) => {
    const lines = splitLines(sample.base.get(file) ?? '');
    const at = lines.findIndex((one) => text.test(one));
    return findDerivations(sample.platform, lines[at] ?? '', findCauses(sample, file, at + 1)).map(({ rule }) => rule);
  };
  test('a number of a tier, a login of a workload, a policy of a version', () => {
    expect(rulesOf('terraform/monitoring.tf', /= 500$/)).toEqual([expect.stringMatching(/^The memory of a tier/)]);
    expect(rulesOf('configs/metaflow_gcp.yaml', /PGSTAC_URI/)).toEqual([
      expect.stringMatching(/service account is PREFIX-WORKLOAD/),
      expect.stringMatching(/^The PostgreSQL login/),
    ]);
    expect(rulesOf('terraform/kubernetes/task-proxy-policy.yaml', /JSONPatch\{/)).toEqual([
      expect.stringMatching(/^From Kubernetes 1\.36/),
    ]);
  });
  test('what is written as it stands follows by none', () => {
    expect(rulesOf('terraform/instance.tf', /db-custom-4-16384/)).toEqual([]);
    expect(rulesOf('terraform/monitoring.tf', /= 500 \* pow/)).toEqual([]);
  });
});

test.each(['a.b', 'eo:cloud_cover', 'a\u202eb', '\u009b2J', '\u{e0041}', '"]', ''])(
  'a path with the key %j is read back',
  (key) => {
    const place = { file: '', range: { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } } };
    const leaf = { kind: 'scalar', value: 1, place } as const;
    const map = (name: string, value: SpecNode): SpecNode => ({
      kind: 'map',
      entries: new Map([[name, { key: place, value }]]),
      place,
    });
    const text = formatPath(['pipelines', key]);
    expect(text).toMatch(/^[ -~]*$/);
    expect(findPath(text, map('pipelines', map(key, leaf)))).toMatchObject({ kind: 'found', path: ['pipelines', key] });
  },
);

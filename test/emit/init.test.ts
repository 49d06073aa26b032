import { describe, expect, test } from '@jest/globals';
import { compilePlatform, resolveSpec } from '../../src/compile.ts';
import type { Answers, HostingAnswer, MetaflowAnswer, SourceAnswer } from '../../src/emit/init/answers.ts';
import { renderSpec } from '../../src/emit/init/spec.ts';
import { hostileValues, isUnpaired, makeRandom, randomHostile } from '../support/hostile.ts';

const base: Answers = {
  name: 'alps',
  project: 'acme-earth',
  region: 'europe-west1',
  network: 'projects/acme-earth/global/networks/main',
  hosting: { kind: 'cloudSql' },
  pgstac: '0.9.11',
  kubernetes: null,
  metaflow: null,
  pipeline: null,
  environments: [],
};

const hostings: readonly HostingAnswer[] = [
  { kind: 'cloudSql' },
  { kind: 'virtualMachines', zone: 'europe-west1-b', clients: ['10.0.0.0/8', '192.168.0.0/16'] },
];
const metaflows: readonly (MetaflowAnswer | null)[] = [
  null,
  { datastore: 'gs://acme-metaflow', service: null, image: 'ghcr.io/acme/runner:1.0.0' },
  { datastore: 'gs://acme-metaflow/x', service: 'https://metaflow.acme.example', image: 'ghcr.io/acme/runner:1.0.0' },
];
const url = 'https://earth-search.aws.element84.com/v1';
const sources: readonly (SourceAnswer | null)[] = [
  null,
  { kind: 'stacApi', url, collections: ['sentinel-2-l2a'], bbox: null, datetime: null },
  { kind: 'stacApi', url, collections: ['a', 'b'], bbox: [-5.9, 45.8, 10.5, 47.8], datetime: '2024-01-01/..' },
  { kind: 'files', files: ['items/*.ndjson', 'gs://acme/more/*.json.gz'] },
  { kind: 'catalog', catalog: 'catalog/catalog.json' },
];
const environmentLists: readonly Answers['environments'][] = [
  [],
  [{ name: 'main', project: null }],
  [
    { name: 'dev', project: 'acme-earth-dev' },
    { name: 'prod', project: null },
  ],
  [
    { name: 'dev', project: 'acme-earth-dev' },
    { name: 'test', project: 'acme-earth-test' },
    { name: 'prod', project: 'acme-earth-prod' },
  ],
];

function* combine(): Generator<Answers> {
  for (const hosting of hostings)
    for (const kubernetes of [null, '1.29', '1.36'])
      for (const metaflow of metaflows)
        for (const source of sources)
          for (const environments of environmentLists) {
            const pipeline = source && { name: 'scenes', source };
            yield { ...base, hosting, kubernetes, metaflow, pipeline, environments };
          }
}

const read = (text: string) => resolveSpec({ path: 'platform.yaml', text });

/** What is said of a text, as short as it can be compared. */
async function complain(text: string): Promise<readonly string[]> {
  const resolved = await read(text);
  const said = resolved.ok ? resolved.warnings : resolved.diagnostics;
  return said.map(({ severity, code, message }) => `${severity} ${code} ${message}`);
}

test('every combination of answers is a spec without a mistake or a warning, and compiles', async () => {
  let count = 0;
  for (const answers of combine()) {
    const text = renderSpec(answers, './schema.json');
    const resolved = await read(text);
    expect([answers, await complain(text)]).toEqual([answers, []]);
    if (!resolved.ok) continue;
    const names = answers.environments.map(({ name }) => name);
    expect(resolved.value.map(({ environment }) => environment)).toEqual(names.length === 0 ? ['default'] : names);
    // Each kind of artifact is made of each kind of answer; what compile does with them all has suites of its own.
    if (count++ % 20 === 0)
      for (const platform of resolved.value) expect(compilePlatform(platform, text).length).toBeGreaterThan(10);
  }
  expect(count).toBe(360);
}, 60_000);

test('what was answered is what the platform is', async () => {
  const answers: Answers = {
    ...base,
    hosting: { kind: 'virtualMachines', zone: 'europe-west1-b', clients: ['10.0.0.0/8'] },
    kubernetes: '1.33',
    pipeline: { name: 'scenes', source: { kind: 'files', files: ['a.json', 'b.json'] } },
    environments: [
      { name: 'dev', project: 'acme-earth-dev' },
      { name: 'prod', project: null },
    ],
  };
  const resolved = await read(renderSpec(answers, './schema.json'));
  if (!resolved.ok) throw new Error('it has mistakes');
  const [dev, prod] = resolved.value;
  expect(dev).toMatchObject({
    gcp: { project: 'acme-earth-dev', network: 'projects/acme-earth-dev/global/networks/main' },
    hosting: { kind: 'virtualMachines', machineType: 'e2-standard-2', deletionProtection: false },
  });
  expect(prod).toMatchObject({
    gcp: { project: 'acme-earth' },
    hosting: { kind: 'virtualMachines', machineType: 'e2-standard-4', deletionProtection: true },
    kubernetes: { version: { minor: 33 } },
    pipelines: [{ name: 'scenes', source: { kind: 'files', files: ['a.json', 'b.json'] } }],
  });
});

/** The blocks of lines that are off, each as the numbers of its lines. */
function listSwitches(text: string): readonly (readonly number[])[] {
  const blocks: number[][] = [];
  for (const [at, line] of text.split('\n').entries()) {
    if (!/^ *#[^ ]|^# {2,}\S/.test(line)) continue;
    const last = blocks.at(-1);
    if (last?.at(-1) === at - 1) last.push(at);
    else blocks.push([at]);
  }
  return blocks;
}

const switchOn = (text: string, lines: readonly number[]): string =>
  text
    .split('\n')
    .map((line, at) => (lines.includes(at) ? line.replace('#', '') : line))
    .join('\n');

describe('the settings that are off', () => {
  test.each(hostings)('each can be switched on by its #, and all at once: $kind', async (hosting) => {
    const source: SourceAnswer = { kind: 'stacApi', url, collections: ['a'], bbox: null, datetime: null };
    const texts = [
      renderSpec({ ...base, hosting }, './schema.json'),
      renderSpec({ ...base, hosting, kubernetes: '1.36', pipeline: { name: 'scenes', source } }, './schema.json'),
      renderSpec({ ...base, hosting, kubernetes: '1.36', metaflow: metaflows[1] ?? null }, './schema.json'),
    ];
    for (const text of texts) {
      const switches = listSwitches(text);
      expect(switches.length).toBeGreaterThan(8);
      for (const lines of switches) {
        const isMetaflow = text.split('\n')[lines[0] ?? 0] === '#metaflow:';
        const on = switchOn(text, lines);
        // It needs a workload, as its comment says.
        if (isMetaflow && text.includes('\n#access:')) expect(await complain(on)).not.toEqual([]);
        else expect([on, await complain(on)]).toEqual([on, []]);
      }
      const all = switchOn(text, switches.flat());
      expect([all, await complain(all)]).toEqual([all, []]);
    }
  });
});

describe('hostile answers', () => {
  const values = [...Object.values(hostileValues), ...randomHostile(300, 7)].filter((value) => !isUnpaired(value));

  /** Every free text of the answers, at once or one by one, in turn. */
  function poison(value: string, turn: number): Answers {
    const pick = (at: number, own: string) => (turn % 12 === at || turn % 12 === 11 ? value : own);
    const source: SourceAnswer = {
      kind: 'stacApi',
      url: pick(0, url),
      collections: [pick(1, 'a')],
      bbox: [1, 2, 3, turn % 12 === 2 ? value : 4],
      datetime: pick(3, '2024-01-01/..'),
    };
    return {
      ...base,
      name: pick(4, 'alps'),
      project: pick(5, 'acme-earth'),
      region: pick(6, 'europe-west1'),
      network: pick(7, base.network),
      kubernetes: pick(8, '1.36'),
      pipeline: { name: pick(9, 'scenes'), source },
      environments: [
        { name: pick(10, 'dev'), project: pick(5, 'acme-earth-dev') },
        { name: 'prod', project: null },
      ],
    };
  }

  test('are read back as they are, or refused by a rule of the spec; never as other YAML', async () => {
    const next = makeRandom(11);
    for (const value of values) {
      const text = renderSpec(poison(value, next(12)), value);
      const resolved = await read(text);
      const codes = resolved.ok ? [] : [...new Set(resolved.diagnostics.map(({ code }) => code))];
      // PF0…: not YAML, a key twice; PF101: a key that nobody wrote.
      expect([value, codes.filter((code) => /^PF(0|101)/.test(code))]).toEqual([value, []]);
    }
  }, 60_000);

  test('a collection may be called anything', async () => {
    for (const value of values.filter((text) => text !== '' && !/[^\P{Cc}\n\t]/u.test(text))) {
      const source: SourceAnswer = { kind: 'stacApi', url, collections: [value], bbox: null, datetime: null };
      const resolved = await read(renderSpec({ ...base, pipeline: { name: 'scenes', source } }, './schema.json'));
      expect([value, resolved.ok && resolved.value[0]?.pipelines[0]?.source]).toMatchObject([
        value,
        { collections: [value] },
      ]);
    }
  });
});

import { afterAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { Artifact } from '../../src/artifact/artifact.ts';
import { compilePlatform } from '../../src/compile.ts';
import type { Platform } from '../../src/model/platform.ts';
import { platformSchema } from '../../src/spec/schema.generated.ts';
import { hostileValues } from '../support/hostile.ts';
import { resolveNow } from '../support/resolve.ts';
import { closeReaders, hasReader, type Reading, readArtifact } from './artifact-readers.ts';
import { findPath, isInside, type Placed, setTexts } from './hostile-spec.ts';
import { listTextFields, type TextField } from './schema-fields.ts';

/** Short names, so that none is cut, and one of each thing, so that no value changes another's place. */
const common = `apiVersion: platform/v1
name: pp
labels: { team: t }
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main, terraformState: gs://acme-state/p }
access:
  workloads: { work: { namespace: n, serviceAccount: s, grants: { pgstac: ingest, ingest: write }, renamedFrom: runner } }
  people: [{ member: "user:ana@example.org", grants: { pgstac: read } }]
  bastion: { zone: europe-west1-b, machineType: e2-micro, subnetwork: projects/acme-earth/regions/europe-west1/subnetworks/main, encryptionKey: projects/acme-keys/locations/global/keyRings/r/cryptoKeys/k }
kubernetes: { version: "1.36", namespace: k, proxy: { image: proxy }, databaseRanges: [10.0.0.0/8], quota: { pods: 100, memory: 8Gi } }
metaflow: { workload: work, datastore: gs://acme-metaflow, service: https://metaflow.example, image: runner }
acknowledgements: [{ change: pipeline z, field: judge, impact: update, reason: meant, until: "2026-12-31" }]
pipelines:
  a: { source: { stacApi: { url: https://example.org, collections: [c], datetime: 2024-01-01/2024-03-31, query: { q: text }, intersects: { type: Point, coordinates: [7, 46] }, ids: [i], filter: { op: text }, sortby: [{ field: f }] } }, download: { assets: [thumbnail], to: gs://acme-assets } }
  b: { source: { files: [items.ndjson] }, collections: [collection.json], judge: full, schemas: schemas }
  c: { source: { catalog: https://example.org/catalog.json } }
`;
const [cloudSql = '', virtualMachines = ''] = [
  `  d: { source: { catalog: https://example.org }, schedule: "0 3 * * *" }
hosting:
  cloudSql:
    edition: enterprise-plus
    tier: db-perf-optimized-N-2
    zone: europe-west1-b
    secondaryZone: europe-west1-c
    backups: { startTime: "03:00", location: eu }
    maintenance: { deny: { start: 2026-12-15, end: 2027-01-05, time: "06:00" } }
    flags: { log_statement: none }
    privateServicesAccess: { allocatedRange: range }
    encryptionKey: projects/acme-keys/locations/europe-west1/keyRings/r/cryptoKeys/k
    connectionPool: { flags: { max_pool_size: "50" } }
    replicas: [{ name: r, region: europe-west4, tier: db-perf-optimized-N-2, zone: europe-west4-a, encryptionKey: projects/acme-keys/locations/europe-west4/keyRings/r/cryptoKeys/k, flags: { work_mem: "64" }, renamedFrom: reader }]
    alerts: { notify: [oncall@example.org] }
databases: { pgstac: { pgstac: 0.9.11, settings: { context: auto } } }
environments: { e: {} }
`,
  `hosting: { virtualMachines: { alerts: { notify: [oncall@example.org] }, zone: europe-west1-b, machineType: e2-small, clients: [10.0.0.0/16], subnetwork: projects/acme-earth/regions/europe-west1/subnetworks/main, encryptionKey: projects/acme-keys/locations/europe-west1/keyRings/r/cryptoKeys/k, snapshots: { startTime: "04:00" }, backups: { bucket: gs://acme-backups, startTime: "02:00" } } }
databases: { pgstac: { pgstac: 0.9.11, source: { location: https://example.org/pgstac.sql, sha256: "${'0'.repeat(64)}" } } }
`,
].map((rest) => common + rest);
const endpoint =
  'privateServiceConnect: { subnetworks: [projects/acme-earth/regions/europe-west1/subnetworks/main, projects/acme-earth/regions/europe-west4/subnetworks/main], consumerProjects: [acme-other] }';
const bases: readonly object[] = [
  cloudSql,
  virtualMachines,
  virtualMachines.replaceAll('bucket: gs://acme-backups', 'location: europe-west1'),
  // The other way to write a former name, once more with every other field would say nothing new.
  cloudSql.replaceAll(/renamedFrom: (\w+)/g, 'renamedFrom: [$1]'),
  // The other way to the instance, and the pooler, which virtual machines do not have.
  cloudSql
    .replace('privateServicesAccess: { allocatedRange: range }', endpoint)
    .replace('databaseRanges:', 'pooler: { clients: [stac] }, databaseRanges:'),
].map((text) => parse(text) as object);

const fields = listTextFields(platformSchema);

/** A text that no printer has to quote; wherever it is found, a hostile value in its place has to be found. */
const marker = 'zqxjm';

afterAll(closeReaders);

test.each(bases.map((base, index) => [index, base] as const))('base spec %i is valid', (_, base) => {
  const resolved = resolveNow({ path: 'platform.yaml', text: JSON.stringify(base, null, 2) });
  expect(resolved.ok ? [] : resolved.diagnostics.map(({ message }) => message)).toEqual([]);
});

test('every text of the schema is in a base spec', () => {
  const missing = fields.filter((field) => bases.every((base) => findPath(base, field.path) === null));
  expect(missing.map(({ name }) => name)).toEqual([]);
  expect(fields.length).toBeGreaterThan(40);
});

describe('a hostile value in every text of the spec is refused there, or comes back equal from every artifact', () => {
  test.each(Object.entries(hostileValues))('%s', async (_, hostile) => {
    for (const base of bases) {
      const whole = placeFields(base, () => hostile);
      const passing = findPassing(base, whole);
      for (const trial of passing) await compareTrial(base, trial, marker, hostile);
      if (hostile === '') continue;
      // Behind a valid text, for a field whose pattern asks for a beginning.
      const passed = new Set(passing.map(({ placed }) => placed.field));
      const behind = placeFields(base, (field) => `${field.example}${hostile}`);
      const rest = behind.filter(({ field }) => !field.isKey && !passed.has(field));
      for (const trial of findPassing(base, rest)) {
        await compareTrial(base, trial, `${trial.placed.field.example}${marker}`, hostile);
      }
    }
  });
});

describe("the spec's own text comes back equal wherever an artifact carries it", () => {
  const calmText = 'the spec\n';
  // A file has no NUL and no half of a pair.
  const texts = Object.entries(hostileValues).filter(([, value]) => !/\p{Surrogate}|\0/u.test(value));

  test.each(texts)('%s', async (_, hostile) => {
    const platform = resolvePlain(bases[0] ?? {});
    const before = compilePlatform(platform, calmText);
    for (const [index, { path, text }] of compilePlatform(platform, `${hostile}\n`).entries()) {
      const calm = before[index];
      if (calm === undefined || calm.text === text || path === 'platform.lock.json') continue;
      const [places, after] = [await readArtifact(calm), await readArtifact({ path, text })];
      expect([...after.keys()].sort()).toEqual([...places.keys()].sort());
      for (const [place, value] of places) {
        if (value === calmText)
          expect({ path, place, text: after.get(place) }).toEqual({ path, place, text: `${hostile}\n` });
      }
    }
  });

  test('and it is carried', () => {
    const carrying = compilePlatform(resolvePlain(bases[0] ?? {}), calmText).filter(({ text }) =>
      text.includes('the spec\\n'),
    );
    expect(carrying.length).toBeGreaterThan(0);
  });
});

/** The fields that a base has, each with the text it is to get. */
function placeFields(base: object, textOf: (field: TextField) => string): readonly Placed[] {
  const again = bases.indexOf(base) === 2;
  return fields.flatMap((field) => {
    const path = again && !field.path.includes('renamedFrom') ? null : findPath(base, field.path);
    return path === null ? [] : [{ field, path, text: textOf(field) }];
  });
}

/** One field with a hostile value, alone in an otherwise valid spec, that was not refused. */
interface Trial {
  readonly placed: Placed;
  readonly platform: Platform;
}

/** Sets all fields at once, since the schema judges each for itself, and then each one that was not refused alone. */
function findPassing(base: object, places: readonly Placed[]): readonly Trial[] {
  const refused = findRefused(
    base,
    places.filter(({ field }) => !field.isKey),
  );
  return places
    .filter((placed) => !refused.has(placed))
    .flatMap((placed) => {
      const spec = setTexts(base, [placed]);
      const resolved = resolveNow({ path: 'platform.yaml', text: spec.text });
      if (resolved.ok) return resolved.value.slice(0, 1).map((platform) => ({ placed, platform }));
      const [place] = spec.places;
      // What is wrong of two fields together (a period's start and end) is at one and points at the other.
      const ranges = resolved.diagnostics.flatMap(({ range, related = [] }) => [
        range,
        ...related.map((one) => one.range),
      ]);
      // A key that others refer to may be missed there.
      const located = placed.field.isKey || ranges.some((range) => place !== undefined && isInside(range, place));
      expect({ field: placed.field.name, text: placed.text, place, ranges, located }).toMatchObject({ located: true });
      return [];
    });
}

function findRefused(base: object, places: readonly Placed[]): ReadonlySet<Placed> {
  const spec = setTexts(base, places);
  const resolved = resolveNow({ path: 'platform.yaml', text: spec.text });
  const ranges = resolved.ok ? [] : resolved.diagnostics.map(({ range }) => range);
  return new Set(
    places.filter((_, index) => {
      const place = spec.places[index];
      return place !== undefined && ranges.some((range) => isInside(range, place));
    }),
  );
}

type Compiled = ReadonlyMap<string, Artifact>;
const plainly = new Map<object, Map<string, Compiled | null>>();

/** Reads each artifact that the value changed: all that is there with a plain text is there with the hostile one. */
async function compareTrial(base: object, { placed, platform }: Trial, plain: string, hostile: string): Promise<void> {
  const before = placed.field.isKey ? null : compilePlain(base, { ...placed, text: plain });
  const unchanged = before ?? compilePlain(base, null) ?? new Map<string, Artifact>();
  for (const [path, artifact] of compile(platform)) {
    const calm = unchanged.get(path);
    if (calm?.text === artifact.text) continue;
    const what = `${placed.field.name} in ${path}`;
    if (before === null) await (hasReader(path) ? readArtifact(artifact) : null);
    else if (!hasReader(path)) expectPlain(what, { hostile, before: calm?.text ?? '', after: artifact.text });
    else expectReadings(what, hostile, await readOnce(calm ?? { path, text: '' }), await readArtifact(artifact));
  }
}

const read = new WeakMap<Artifact, Promise<Reading>>();

/** What holds a plain text is compared with what holds each hostile one. */
function readOnce(artifact: Artifact): Promise<Reading> {
  const reading = read.get(artifact) ?? readArtifact(artifact);
  read.set(artifact, reading);
  return reading;
}

/**
 * What a base compiles to, with a plain text in a field. Null where the field has a form of its own that no plain text
 * has (a date, a cron line): then, as for a key, what is held is that every artifact can still be read.
 */
function compilePlain(base: object, placed: Placed | null): Compiled | null {
  const known = plainly.get(base) ?? new Map<string, Compiled | null>();
  plainly.set(base, known);
  const key = `${placed?.field.name} ${placed?.text}`;
  let found = known.get(key);
  if (found === undefined) {
    const { text } = setTexts(base, placed === null ? [] : [placed]);
    const resolved = resolveNow({ path: 'platform.yaml', text });
    found = resolved.ok && resolved.value[0] !== undefined ? compile(resolved.value[0]) : null;
    known.set(key, found);
  }
  return found;
}

function resolvePlain(base: object): Platform {
  const resolved = resolveNow({ path: 'platform.yaml', text: JSON.stringify(base, null, 2) });
  if (!resolved.ok || resolved.value[0] === undefined) throw new Error('a base spec is valid');
  return resolved.value[0];
}

/** The spec's own text is held by a test of its own; here it stays the same, so that only the value differs. */
function compile(platform: Platform): Compiled {
  return new Map(compilePlatform(platform, 'the spec\n').map((artifact) => [artifact.path, artifact]));
}

/** Where there is no reader only a word may arrive, or dots in one, which every language writes as they are. */
function expectPlain(what: string, texts: { hostile: string; before: string; after: string }): void {
  if (!/^[a-z0-9._-]+$/.test(texts.hostile))
    throw new Error(`${what}: give this artifact a reader in artifact-readers.ts`);
  const wanted = texts.before.replaceAll(marker, texts.hostile).split('\n');
  const found = texts.after.split('\n').map((line, index) => (isCut(line) ? wanted[index] : line));
  expect({ what, found }).toEqual({ what, found: wanted });
}

/** A service account's id that was cut ends in a hash; the model's own tests hold that. */
const isCut = (text: string): boolean => /-[0-9a-f]{6}(@|$)/.test(text);

/** Kubernetes' labels may not begin or end in `_` or `-`, Google Cloud's may: such a one is left out there. */
const mayBeLeftOut = 'labels.* in terraform/kubernetes/kustomization.yaml';

function expectReadings(what: string, hostile: string, before: Reading, after: Reading): void {
  const put = (text: string) => text.replaceAll(marker, () => hostile);
  // Terraform's strings are always NFC.
  const means = (text: string) => (what.endsWith('.tf') ? put(text).normalize('NFC') : put(text));
  const wanted = [...before].filter(
    ([, text]) => !(what === mayBeLeftOut && text === marker && !isKubernetesLabel(hostile)),
  );
  expect({ what, places: [...after.keys()].sort() }).toEqual({
    what,
    places: wanted.map(([place]) => put(place)).sort(),
  });
  for (const [place, text] of wanted) {
    const found = after.get(put(place)) ?? '';
    if (text.includes(marker) && !isCut(found) && found !== means(text))
      expect({ what, place, found }).toEqual({ what, place, found: means(text) });
  }
}

function isKubernetesLabel(value: string): boolean {
  return /^([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?$/.test(value);
}

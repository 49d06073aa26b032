import { hasCronJob, isLocal } from '../../model/pipeline-job.ts';
import type { Pipeline, Platform, Source } from '../../model/platform.ts';
import { groupBy, mostDrawn, type Part, type PlannedEdge, type PlannedNode, peoplesWay, type Subject } from './part.ts';

/** Where items come from, and what loads them. */
export function planPipelines({ platform, at }: Subject): Part {
  const { pipelines } = platform;
  const groups =
    pipelines.length <= mostDrawn ? pipelines.map((one) => [one]) : groupBy(pipelines, (one) => alike(platform, one));
  const parts = groups.map((own): Part => {
    const [first] = own;
    if (first === undefined) return { nodes: [], edges: [] };
    const single = own.length === 1;
    const lines = own.map(({ name }) => at('pipelines', name));
    const id = `pipeline ${first.name}`;
    const source: PlannedNode = {
      id: `source ${first.name}`,
      kind: 'source',
      column: 0,
      title: single ? describeSource(first.source) : `${own.length} sources`,
      detail: kinds[first.source.kind],
      facts: own.map(({ name, source: from }) => ({ name, value: locateSource(from) })),
      lines: own.map(({ name }) => at('pipelines', name, 'source')),
    };
    const runner: PlannedNode = {
      id,
      kind: 'runner',
      column: 1,
      title: single ? first.name : `${own.length} pipelines`,
      detail: describeRuns(platform, first),
      facts: own.map((one) => ({
        name: one.name,
        value: `${describeRuns(platform, one)}; ${one.method}, judged by ${one.judge}`,
      })),
      lines,
    };
    const [identity, how] = sourceIdentity(platform, first);
    const runs = planRuns(platform, first, id);
    return { nodes: [source, runner], edges: [{ from: source.id, to: id, identity, how }, ...runs] };
  });
  return { nodes: parts.flatMap(({ nodes }) => nodes), edges: parts.flatMap(({ edges }) => edges) };
}

const kinds: Readonly<Record<Source['kind'], string>> = {
  stacApi: 'STAC API',
  files: 'files',
  catalog: 'STAC catalog',
};

function alike(platform: Platform, pipeline: Pipeline): string {
  return JSON.stringify([
    pipeline.source.kind,
    hasCronJob(platform, pipeline),
    isLocal(pipeline),
    sourceIdentity(platform, pipeline),
  ]);
}

function describeSource(source: Source): string {
  if (source.kind !== 'stacApi') return locateSource(source);
  return URL.canParse(source.url) ? new URL(source.url).host : source.url;
}

function locateSource(source: Source): string {
  switch (source.kind) {
    case 'stacApi':
      return `${source.url}: ${source.collections.join(', ')}`;
    case 'files':
      return source.files.join(', ');
    case 'catalog':
      return source.location;
    default:
      return source satisfies never;
  }
}

/** What runs it, and when. */
function describeRuns(platform: Platform, pipeline: Pipeline): string {
  if (hasCronJob(platform, pipeline))
    return pipeline.schedule === null ? 'Job, by hand' : `CronJob ${pipeline.schedule}`;
  if (isLocal(pipeline)) return 'platform ingest, by hand';
  return platform.metaflow === null ? 'platform ingest' : 'Metaflow flow';
}

/** As whom a source is read. A bucket wants one; of the rest the spec knows no login. */
function sourceIdentity({ metaflow, workloads }: Platform, pipeline: Pipeline): readonly [string, string] {
  if (isLocal(pipeline)) return ['', 'from disk'];
  const { source } = pipeline;
  const inBucket =
    source.kind === 'files' ? source.files.some(isBucket) : source.kind === 'catalog' && isBucket(source.location);
  const runner = workloads.find(({ name }) => name === metaflow?.workload);
  return inBucket ? [runner?.google.email ?? "the caller's own", 'Cloud Storage'] : ['nobody (public)', 'HTTPS'];
}

function isBucket(location: string): boolean {
  return location.startsWith('gs://');
}

/** As whom it runs: pods have none of the files beside the spec, so that a person loads those. */
function planRuns(platform: Platform, pipeline: Pipeline, from: string): readonly PlannedEdge[] {
  const { workloads, kubernetes, metaflow, people } = platform;
  if (isLocal(pipeline))
    return people.length === 0 ? [] : [{ from, to: peoplesWay, identity: 'whoever runs it', how: 'as themselves' }];
  const workload = workloads.find(({ name }) => name === metaflow?.workload);
  if (workload === undefined) return [];
  const to = `workload ${workload.name}`;
  if (kubernetes === null) return [{ from, to, identity: '', how: 'as the workload' }];
  return [{ from, to, identity: `${workload.namespace}/${workload.serviceAccount}`, how: 'Workload Identity' }];
}

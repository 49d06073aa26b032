import { minorOf } from '../launchers.ts';
import { isRemote } from '../names.ts';
import type { Finding, RuleInput } from './rule.ts';

type PipelineSpec = NonNullable<RuleInput['value']['pipelines']>[string];

/** A cluster that can give pods the Auth Proxy, and what is asked of Kubernetes that it could not do. */
export function checkKubernetes({ value }: RuleInput): readonly Finding[] {
  const pipelines = Object.entries(value.pipelines ?? {});
  return [
    ...checkVersion(value),
    ...checkPooler(value),
    ...pipelines.flatMap(([name, pipeline]) =>
      pipeline.schedule === undefined ? [] : [...checkSchedule(value, name), ...checkFiles(name, pipeline)],
    ),
  ];
}

/**
 * Source: Kubernetes' documentation, 'Sidecar Containers' (on by default from 1.29). Virtual machines need no proxy. From
 * 1.29 to 1.35, where MutatingAdmissionPolicy is off by default, the operator puts the proxy in (see `resolveKubernetes`).
 */
function checkVersion(value: RuleInput['value']): readonly Finding[] {
  if (value.hosting.cloudSql === undefined || value.kubernetes === undefined) return [];
  const minor = minorOf(value.kubernetes);
  if (minor >= 29) return [];
  const message = `Kubernetes 1.${minor} has no native sidecars: a task pod with the Auth Proxy would never end`;
  return [{ code: 'PF205', at: ['kubernetes', 'version'], message, hint: 'upgrade the cluster to 1.29 or newer' }];
}

function checkPooler(value: RuleInput['value']): readonly Finding[] {
  if (value.kubernetes?.pooler === undefined || value.hosting.cloudSql !== undefined) return [];
  const message = 'the pooler logs in through the Auth Proxy, which virtual machines do not have';
  const hint = 'remove kubernetes.pooler, or host on Cloud SQL';
  return [{ code: 'PF207', at: ['kubernetes', 'pooler'], onKey: true, message, hint }];
}

function checkSchedule(value: RuleInput['value'], name: string): readonly Finding[] {
  const refuse = (message: string, hint: string): readonly Finding[] => [
    { code: 'PF207', at: ['pipelines', name, 'schedule'], onKey: true, message, hint },
  ];
  if (value.kubernetes === undefined)
    return refuse(
      'a schedule runs as a CronJob, and the spec has no kubernetes',
      'add kubernetes, or remove the schedule',
    );
  if (value.metaflow === undefined)
    return refuse('a schedule runs in the runner image, and the spec has no metaflow', 'add metaflow with its image');
  return [];
}

/** What a pod cannot read: it has the spec, but none of the files beside it. */
function checkFiles(name: string, { source, collections = [] }: PipelineSpec): readonly Finding[] {
  const at = ['pipelines', name];
  const refuse = (place: readonly (string | number)[], path: string, instead: string): Finding => {
    const message = `a schedule runs in the cluster, and no pod has ${JSON.stringify(path)}`;
    return { code: 'PF207', at: [...at, ...place], message, hint: `name ${instead}, or remove the schedule` };
  };
  const listed = (place: readonly string[], files: readonly string[], instead: string): readonly Finding[] =>
    files.flatMap((file, index) => (isRemote(file) ? [] : [refuse([...place, index], file, instead)]));
  const catalog = source.catalog === undefined ? [] : [source.catalog];
  return [
    ...catalog.flatMap((path) => (isRemote(path) ? [] : [refuse(['source', 'catalog'], path, 'a STAC API or URLs')])),
    ...listed(['source', 'files'], source.files ?? [], 'a STAC API or URLs'),
    ...listed(['collections'], collections, 'URLs'),
  ];
}

import type { Finding, RuleInput } from './rule.ts';

/** A cluster that can give pods the Auth Proxy, and what is asked of Kubernetes where there is none. */
export function checkKubernetes({ value }: RuleInput): readonly Finding[] {
  const findings: Finding[] = [];
  const minor = Number(value.kubernetes?.version.split('.')[1] ?? 36);
  if (minor < 29) {
    // Kubernetes documentation, 'Sidecar Containers': on by default from 1.29.
    findings.push({
      code: 'PF205',
      at: ['kubernetes', 'version'],
      message: `Kubernetes 1.${minor} has no native sidecars: a task pod with the Auth Proxy would never end`,
      hint: 'upgrade the cluster to 1.29 or newer',
    });
  }
  if (value.kubernetes?.pooler !== undefined && value.hosting.cloudSql === undefined) {
    findings.push({
      code: 'PF207',
      at: ['kubernetes', 'pooler'],
      onKey: true,
      message: 'the pooler logs in through the Auth Proxy, which virtual machines do not have',
      hint: 'remove kubernetes.pooler, or host on Cloud SQL',
    });
  }
  for (const [name, pipeline] of Object.entries(value.pipelines ?? {})) {
    if (pipeline.schedule === undefined) continue;
    for (const [index, file] of (pipeline.source.files ?? []).entries()) {
      if (/^(https?|gs):/.test(file)) continue;
      findings.push({
        code: 'PF207',
        at: ['pipelines', name, 'source', 'files', index],
        message: `a schedule runs in the cluster, and no pod has ${JSON.stringify(file)}`,
        hint: 'name a URL, or remove the schedule',
      });
    }
    if (value.kubernetes === undefined)
      findings.push({
        code: 'PF207',
        at: ['pipelines', name, 'schedule'],
        onKey: true,
        message: 'a schedule runs as a CronJob, and the spec has no kubernetes',
        hint: 'add kubernetes, or remove the schedule',
      });
    else if (value.metaflow === undefined)
      findings.push({
        code: 'PF207',
        at: ['pipelines', name, 'schedule'],
        onKey: true,
        message: 'a schedule runs in the runner image, and the spec has no metaflow',
        hint: 'add metaflow with its image, or remove the schedule',
      });
  }
  return findings;
}

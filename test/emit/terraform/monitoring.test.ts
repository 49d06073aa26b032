import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { describeWith } from '../../support/needs.ts';
import { monitoringClients, pythonTool } from '../../support/python.ts';
import { projectRoot } from '../../support/root.ts';
import { runOrThrow } from '../../support/run.ts';
import { applyTerraform, type StateResource } from '../../support/terraform.ts';
import { writeTerraform } from './emitted.ts';
import { aligners, type Metric, metrics, nameInPromql, resourceLabels } from './metrics.ts';
import { variants } from './variants.ts';

/** What Google's API refuses of a policy or a dashboard, of which Terraform and its provider know nothing. */
describeWith(['go', 'python'], 'alerts and dashboards', () => {
  let python = '';
  beforeAll(async () => {
    python = (await pythonTool(monitoringClients)).python;
  }, 900_000);

  test.each([
    ['Cloud SQL with every default', 'terraform'],
    ['Cloud SQL with everything', 'terraform'],
    ['Cloud SQL, small', 'terraform'],
    ['Cloud SQL, hostile', 'terraform'],
    ['virtual machines', 'terraform/postgres_vms'],
  ])(
    '%s: Google would have them',
    async (name, folder) => {
      const resources = await applyTerraform(
        write(name, folder),
        folder === 'terraform' ? ['db_password=twelve chars'] : [],
      );
      const watching = resources.filter(({ type }) => /^google_(monitoring|logging)_/.test(type));
      const own = listOwnMetrics(watching);
      const script = join(projectRoot, 'test/emit/terraform/check_monitoring.py');
      const { stdout } = await runOrThrow(python, [script], { input: JSON.stringify(watching) });
      const queries = JSON.parse(stdout) as Readonly<Record<string, readonly Reading[]>>;
      const mistakes = watching.flatMap((resource) => {
        const found =
          resource.type === 'google_monitoring_alert_policy'
            ? [...checkPolicy(resource.values as unknown as Policy), ...checkSeries(resource, own, 'known')]
            : checkSeries(resource, own, 'any');
        const readings = queries[resource.address] ?? [];
        return [...found, ...readings.flatMap((reading) => checkReading(reading, own))].map(
          (mistake) => `${resource.address}: ${mistake}`,
        );
      });
      expect(mistakes).toEqual([]);
      const titles = watching.map(({ values }) => values['display_name']).filter((title) => title !== undefined);
      expect(new Set(titles).size).toBe(titles.length);
      expect(watching.some(({ type }) => type === 'google_monitoring_dashboard')).toBe(true);
    },
    300_000,
  );
});

function write(name: string, folder: string): string {
  const { platform } = variants[name] ?? { platform: null };
  if (platform === null) throw new Error(`no variant ${name}`);
  return join(writeTerraform(platform), folder);
}

interface Policy {
  readonly display_name: string;
  readonly notification_channels: readonly string[] | null;
  readonly conditions: readonly Readonly<Record<string, unknown>>[];
  readonly alert_strategy: readonly Strategy[] | null;
  readonly documentation: readonly { readonly content: string }[];
}

interface Strategy {
  readonly auto_close: string | null;
  readonly notification_rate_limit: readonly object[] | null;
}

/** Source: Cloud Monitoring API, 'AlertPolicy'; Cloud Monitoring, 'Quotas and limits'. */
function checkPolicy({
  display_name,
  notification_channels,
  conditions,
  alert_strategy,
  documentation,
}: Policy): string[] {
  const said = JSON.stringify(conditions);
  const [ofLogs, ofPromql] = ['matched_log', 'prometheus_query_language'].map((kind) =>
    conditions.some((condition) => isSaid(condition[`condition_${kind}`])),
  );
  const strategy = alert_strategy?.[0];
  const close = strategy?.auto_close ?? null;
  return [
    ...(display_name.length > 512 ? ['a long name'] : []),
    ...((notification_channels ?? []).length > 16 ? ['many channels'] : []),
    ...(conditions.length < 1 || conditions.length > 6 ? [`${conditions.length} conditions`] : []),
    ...((ofLogs === true || ofPromql === true) && conditions.length > 1 ? ['a condition beside one of its kind'] : []),
    ...(isSaid(strategy?.notification_rate_limit) === ofLogs ? [] : ['a rate limit is for logs, and they need it']),
    ...(close === null || (seconds(close) >= 1800 && seconds(close) <= 604_800) ? [] : [`closes after ${close}`]),
    ...documentation.flatMap(({ content }) => (content.length > 8192 ? ['a long documentation'] : [])),
    ...[...said.matchAll(/"(?:duration|alignment_period|evaluation_interval)":"(\d+)s"/g)]
      .filter(([, value]) => Number(value) % 60 !== 0 || Number(value) === 0)
      .map(([text]) => `${text}: whole minutes`),
    ...(ofPromql === true && !said.includes('"disable_metric_validation":true')
      ? ['a metric that may not be there']
      : []),
  ];
}

function isSaid(block: unknown): boolean {
  return Array.isArray(block) && block.length > 0;
}

function seconds(duration: string): number {
  return Number(/^(\d+)s$/.exec(duration)?.[1] ?? Number.NaN);
}

/** The metrics of logs that a folder makes itself. */
function listOwnMetrics(resources: readonly StateResource[]): Readonly<Record<string, Metric>> {
  return Object.fromEntries(
    resources
      .filter(({ type }) => type === 'google_logging_metric')
      .map(({ values }): [string, Metric] => {
        const resource = /resource\.type = "(\w+)"/.exec(String(values['filter']))?.[1] as Metric['resource'];
        const labels = Object.keys((values['label_extractors'] as object | null) ?? {});
        return [`logging.googleapis.com/user/${values['name']}`, { kind: 'DELTA', resource, labels }];
      }),
  );
}

/** Every filter of time series in it, with how they are aligned and reduced. */
function checkSeries(
  { values }: StateResource,
  own: Readonly<Record<string, Metric>>,
  which: 'known' | 'any',
): string[] {
  const text = typeof values['dashboard_json'] === 'string' ? values['dashboard_json'] : JSON.stringify(values);
  const found: string[] = [];
  JSON.parse(text, (_, value: unknown) => {
    const { filter, aggregation, aggregations } = (value ?? {}) as Readonly<Record<string, unknown>>;
    const ways = aggregations ?? (aggregation === undefined ? undefined : [aggregation]);
    if (typeof filter === 'string' && Array.isArray(ways))
      for (const way of ways) found.push(...checkFilter(filter, way, own, which));
    return value;
  });
  return found;
}

function checkFilter(
  filter: string,
  way: Readonly<Record<string, unknown>>,
  own: Readonly<Record<string, Metric>>,
  which: 'known' | 'any',
): string[] {
  const type = /metric\.type = "([^"]+)"/.exec(filter)?.[1] ?? '';
  const metric = metrics[type] ?? own[type];
  if (metric === undefined) return [`no metric ${type}`];
  const aligner = String(way['per_series_aligner'] ?? way['perSeriesAligner']);
  const by = (way['group_by_fields'] ?? way['groupByFields'] ?? []) as readonly string[];
  const labels = [
    ...filter.matchAll(/\b(metric|resource)\.labels\.(\w+)/g),
    ...by.flatMap((one) => [...one.matchAll(/^(metric|resource)\.label\.(\w+)$/g)]),
  ];
  const has = { metric: metric.labels, resource: resourceLabels[metric.resource] as readonly string[] };
  return [
    // terraform-provider-google #10325: what is sent by an agent or made of logs is not heard of before the first of it.
    ...(which === 'known' && !/^(cloudsql|compute)\.googleapis\.com\//.test(type)
      ? [`${type} may not be there yet`]
      : []),
    ...(filter.includes(`resource.type = "${metric.resource}"`) ? [] : [`${type} is of ${metric.resource}`]),
    ...(filter.length > 2048 ? ['a long filter'] : []),
    ...(aligners[metric.kind].includes(aligner) ? [] : [`${aligner} of ${type}, a ${metric.kind}`]),
    ...labels
      .filter(([, owner, label]) => !has[owner as keyof typeof has].includes(label as string))
      .map(([text]) => `${type} has no ${text}`),
    ...(labels.length < by.length ? [`${by} is not all labels`] : []),
  ];
}

interface Reading {
  readonly metric: string;
  readonly labels: readonly string[];
  readonly seconds: number;
}

/** An alert looks back 25 hours at most. Source: Cloud Monitoring, 'PromQL-based alerting policies'. */
function checkReading(
  { metric: name, labels, seconds: back }: Reading,
  own: Readonly<Record<string, Metric>>,
): string[] {
  const known = Object.entries({ ...metrics, ...own }).find(([type]) => nameInPromql(type) === name)?.[1];
  if (known === undefined) return [`no metric ${name}`];
  const all: readonly string[] = ['monitored_resource', ...known.labels, ...resourceLabels[known.resource]];
  return [
    ...labels.filter((label) => !all.includes(label)).map((label) => `${name} has no ${label}`),
    ...(labels.includes('monitored_resource') ? [] : [`${name}: of which resource`]),
    ...(back > 25 * 3600 ? [`${name}: looks back ${back} s`] : []),
  ];
}

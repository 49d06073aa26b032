import { hasCronJob } from '../../model/pipeline-job.ts';
import type { Subject } from '../architecture/part.ts';
import { monthHours, type PlannedDriver, prices, quantity } from './driver.ts';
import { sizeMachine } from './machines.ts';

/** What the pods of an ingestion ask for: the runner's container and, on Cloud SQL, the Auth Proxy beside it. */
const runner = { cpu: 0.5, gib: 0.5 } as const;
const proxy = { cpu: 0.1, gib: 0.0625 } as const;
/** So does pgbouncer, and its proxy. */
const poolerPod = { cpu: 0.2, gib: 0.125 } as const;

/** The bastion, the pooler's pods, and what runs by a schedule, counted as an hour a run: how long it takes nobody knows. */
export function listClusterCosts(subject: Subject): readonly PlannedDriver[] {
  const { platform, at } = subject;
  const { bastion, kubernetes } = platform;
  const machine: readonly PlannedDriver[] =
    bastion === null
      ? []
      : [
          {
            what: `Bastion ${bastion.machine}`,
            quantities: sizeMachine(bastion.machineType, 1),
            lines: [at('access', 'bastion')],
            smaller: 'it can be stopped while nobody is in; or no bastion, with a VPN',
            prices: prices.compute,
          },
        ];
  const pooler = kubernetes?.pooler ?? null;
  const pods: readonly PlannedDriver[] =
    pooler === null
      ? []
      : [
          {
            what: `Pooler, ${pooler.replicas} pods`,
            quantities: [
              quantity(
                pooler.replicas * poolerPod.cpu * monthHours,
                'vCPU-hours',
                `${pooler.replicas} × ${poolerPod.cpu} vCPU × ${monthHours} h asked for`,
              ),
              quantity(
                pooler.replicas * poolerPod.gib * monthHours,
                'GiB-hours of memory',
                `${pooler.replicas} × ${poolerPod.gib} GiB × ${monthHours} h`,
              ),
            ],
            lines: [at('kubernetes', 'pooler')],
            smaller: 'fewer replicas',
            prices: prices.gke,
          },
        ];
  return [...machine, ...pods, ...listScheduled(subject)];
}

function listScheduled({ platform, at }: Subject): readonly PlannedDriver[] {
  const beside = platform.hosting.kind === 'cloudSql' ? proxy : { cpu: 0, gib: 0 };
  return platform.pipelines.flatMap((pipeline): readonly PlannedDriver[] => {
    if (pipeline.schedule === null || !hasCronJob(platform, pipeline)) return [];
    const hours = countRuns(pipeline.schedule) * (pipeline.shards ?? 1);
    const cpu = Math.round((runner.cpu + beside.cpu) * 100) / 100;
    const gib = runner.gib + beside.gib;
    const how = `${Math.round(hours)} pod-hours, were a run an hour long`;
    return [
      {
        what: `Ingestion of ${pipeline.name}`,
        quantities: [
          quantity(hours * cpu, 'vCPU-hours', `${cpu} vCPU asked for × ${how}`),
          quantity(hours * gib, 'GiB-hours of memory', `${gib} GiB × ${how}`),
        ],
        lines: [at('pipelines', pipeline.name, 'schedule'), at('pipelines', pipeline.name, 'shards')],
        smaller: 'a schedule that runs less often; fewer shards',
        prices: prices.gke,
      },
    ];
  });
}

/** How often a cron line of five fields comes round in a month of 730 hours. */
export function countRuns(schedule: string): number {
  const [minute = '*', hour = '*', day = '*', month = '*', weekday = '*'] = schedule.trim().split(/\s+/);
  const days =
    day === '*' && weekday === '*'
      ? 1
      : Math.min(1, countField(day, 1, 31, '*') / 30.4 + countField(weekday, 0, 6, '*') / 7);
  const share = days * (month === '*' ? 1 : countField(month, 1, 12) / 12);
  return (monthHours / 24) * share * countField(hour, 0, 23) * countField(minute, 0, 59);
}

/** How many values a field takes; `none` is one that stands for no wish of its own, and counts nothing. */
function countField(field: string, least: number, most: number, none?: string): number {
  if (field === none) return 0;
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const [range = '', step = '1'] = part.split('/');
    const [from = '', to = part.includes('/') ? String(most) : from] = range.split('-');
    const [first, last] = range === '*' ? [least, most] : [Number(from), Number(to)];
    // Names of days and months are one value each.
    if (Number.isNaN(first) || Number.isNaN(last)) values.add(-values.size - 1);
    else for (let value = first; value <= last; value += Number(step)) values.add(value);
  }
  return values.size;
}

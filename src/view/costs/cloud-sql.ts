import type { CloudSqlHosting } from '../../model/platform.ts';
import { readTier } from '../../model/tier.ts';
import type { Subject } from '../architecture/part.ts';
import { monthHours, type PlannedDriver, prices, quantity } from './driver.ts';

/** The instance, its disk, its replicas: a regional one runs and keeps everything twice. */
export function listCloudSqlCosts({ at, entryAt }: Subject, hosting: CloudSqlHosting): readonly PlannedDriver[] {
  const key = (...path: readonly string[]) => at('hosting', 'cloudSql', ...path);
  const regional = hosting.availability === 'regional';
  const instance: PlannedDriver = {
    what: `Instance ${hosting.instance}`,
    quantities: hosting.activation === 'never' ? [] : listMachine(hosting.tier, hosting.edition, regional),
    lines: [key('tier'), key('availability')],
    smaller: regional
      ? 'availability: zonal halves it, and a zone that fails takes the databases with it; or a smaller tier'
      : 'a smaller tier',
    prices: prices.cloudSql,
  };
  const disk: PlannedDriver = {
    what: 'Disk of the instance',
    quantities: [listDisk(hosting, regional)],
    lines: [key('disk', 'sizeGb'), key('disk', 'type'), key('availability')],
    smaller: hosting.disk.autoresize
      ? 'a disk grows by itself and never shrinks: disk.limitGb holds it; retention of the log keeps less'
      : 'a smaller disk.sizeGb, of a new instance',
    prices: prices.cloudSql,
  };
  const replicas = hosting.replicas.map((replica): PlannedDriver => {
    const twice = replica.availability === 'regional';
    return {
      what: `Replica ${replica.name}`,
      quantities: [...listMachine(replica.tier, hosting.edition, twice), listDisk(hosting, twice)],
      lines: [entryAt(['hosting', 'cloudSql', 'replicas'], 'name', replica.name)],
      smaller: 'a smaller tier of its own, or no replica',
      prices: prices.cloudSql,
    };
  });
  return [instance, disk, ...replicas];
}

function listMachine(
  tier: string,
  edition: CloudSqlHosting['edition'],
  regional: boolean,
): PlannedDriver['quantities'] {
  const size = readTier(tier, edition);
  if (typeof size === 'string') throw new Error(`the model has a tier that there is not: ${tier}`);
  const gib = size.memoryMb / 1024;
  const [times, words] = regional ? [2, ' × 2 (regional)'] : [1, ''];
  return [
    quantity(size.cpus * monthHours * times, 'vCPU-hours', `${size.cpus} vCPU × ${monthHours} h${words}`),
    quantity(
      gib * monthHours * times,
      'GiB-hours of memory',
      `${Math.round(gib * 100) / 100} GiB × ${monthHours} h${words}`,
    ),
  ];
}

function listDisk({ disk }: CloudSqlHosting, regional: boolean): PlannedDriver['quantities'][number] {
  const unit = disk.type === 'ssd' ? 'GiB-months of SSD' : 'GiB-months of HDD';
  return quantity(
    disk.sizeGb * (regional ? 2 : 1),
    unit,
    `${disk.sizeGb} GiB${regional ? ' × 2 (regional)' : ''}, at first`,
  );
}

/** What depends on what is stored, and so is known to nobody before. */
export function listCloudSqlUnknown({ backups, reach, replicas }: CloudSqlHosting, region: string): readonly string[] {
  const away = replicas.filter((replica) => replica.region !== region);
  return [
    `Backups: ${backups.retained} are kept (hosting.cloudSql.backups.retained); how many GiB depends on what changes from day to day.`,
    ...(backups.pointInTimeRecovery
      ? [
          `The write-ahead log of ${backups.transactionLogDays} days, for point-in-time recovery: GiB by what is written.`,
        ]
      : []),
    ...away.map(
      ({ name, region: there }) => `Traffic from ${region} to replica ${name} in ${there}: GiB by what is written.`,
    ),
    ...(reach.kind === 'privateServiceConnect'
      ? ['The endpoints of Private Service Connect: by the hour and by GiB.']
      : []),
  ];
}

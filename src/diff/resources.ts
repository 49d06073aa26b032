import type { DatabaseMachine, Hosting, Platform } from '../model/platform.ts';
import { readSetting } from './fields.ts';

export type Fields = Readonly<Record<string, unknown>>;

/**
 * The model, cut into the parts that are made, changed and removed as one, by name. Each part is taken out by name and
 * the rest kept whole, so that a field added to the model is compared without being named here. What a part has from
 * elsewhere in the model is put into it, where a change of it is felt.
 */
export function listResources(platform: Platform): ReadonlyMap<string, Fields> {
  const { labels, gcp, hosting, databases, workloads, people, bastion, kubernetes, metaflow, pipelines, ...rest } =
    platform;
  const { region, network, ...google } = gcp;
  const labelsByKey = Object.fromEntries(labels.map(({ key, ...label }) => [key, readSetting(label)]));
  return new Map<string, Fields>([
    resource('platform', { ...rest, labels: labelsByKey, gcp: google }),
    ...listHosting(hosting, { region, network }),
    // On another kind of hosting the database is another one, though its name is the same.
    ...Object.entries(databases).map(([name, own]) => resource(`database ${name}`, { hosting: hosting.kind, ...own })),
    ...workloads.map(({ name, ...workload }) => resource(`workload ${name}`, workload)),
    ...people.map(({ member, ...person }) => resource(`person ${member}`, person)),
    ...optional('bastion', bastion === null ? null : { network, ...bastion }),
    ...optional('kubernetes', kubernetes),
    ...optional('metaflow', metaflow),
    ...pipelines.map(({ name, ...pipeline }) => resource(`pipeline ${name}`, pipeline)),
  ]);
}

type Place = Pick<Platform['gcp'], 'region' | 'network'>;

function listHosting(hosting: Hosting, place: Place): (readonly [string, Fields])[] {
  if (hosting.kind === 'cloudSql') {
    const { kind, replicas, alerts, initAccount, ...instance } = hosting;
    return [
      resource(`${kind}.instance`, { ...place, ...instance }),
      ...replicas.map(({ name, ...replica }) => resource(`${kind}.replica ${name}`, replica)),
      resource(`${kind}.alerts`, alerts),
      ...optional(`${kind}.initAccount`, initAccount),
    ];
  }
  const { kind, clients, ingest, pgstac, ...shared } = hosting;
  const machine = (role: string, own: DatabaseMachine) =>
    resource(`virtualMachine ${role}`, { ...place, ...shared, ...own });
  return [machine('ingest', ingest), machine('pgstac', pgstac), resource(`${kind}.firewall`, { clients })];
}

function resource(name: string, fields: object): readonly [string, Fields] {
  return [name, { ...fields }];
}

function optional(name: string, fields: object | null): (readonly [string, Fields])[] {
  return fields === null ? [] : [resource(name, fields)];
}

import type { DatabaseMachine, Hosting, Platform } from '../model/platform.ts';
import { readSetting } from './fields.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** One part of a model. */
export interface Resource {
  readonly fields: Fields;
  /** The names under which it may be found in an older model. */
  readonly formerNames: readonly string[];
}

/**
 * The model, cut into the parts that are made, changed and removed as one, by name. Each part is taken out by name and
 * the rest kept whole, so that a field added to the model is compared without being named here. What a part has from
 * elsewhere in the model is put into it, where a change of it is felt.
 */
export function listResources(platform: Platform): ReadonlyMap<string, Resource> {
  const { labels, gcp, hosting, databases, workloads, people, ...other } = platform;
  // What was acknowledged is about changes and none itself.
  const { bastion, kubernetes, metaflow, pipelines, acknowledgements: _, ...rest } = other;
  const { region, network, ...google } = gcp;
  const labelsByKey = Object.fromEntries(labels.map(({ key, ...label }) => [key, readSetting(label)]));
  return new Map([
    resource('platform', { ...rest, labels: labelsByKey, gcp: google }),
    ...listHosting(hosting, { region, network }),
    // On another kind of hosting the database is another one, though its name is the same.
    ...Object.entries(databases).map(([name, own]) => resource(`database ${name}`, { hosting: hosting.kind, ...own })),
    ...workloads.map(({ name, ...workload }) => renamable('workload', name, workload)),
    ...people.map(({ member, ...person }) => resource(`person ${member}`, person)),
    ...optional('bastion', bastion === null ? null : { network, ...bastion }),
    ...optional('kubernetes', kubernetes),
    ...optional('metaflow', metaflow),
    ...pipelines.map(({ name, ...pipeline }) => resource(`pipeline ${name}`, pipeline)),
  ]);
}

type Place = Pick<Platform['gcp'], 'region' | 'network'>;

function listHosting(hosting: Hosting, place: Place): Named[] {
  if (hosting.kind === 'cloudSql') {
    const { kind, replicas, alerts, dashboard, initAccount, ...instance } = hosting;
    // The roles of all who log in name the replicas too.
    const roles = { instances: [instance.instance, ...replicas.map((replica) => replica.instance)] };
    return [
      resource(`${kind}.instance`, { ...place, ...instance, roles }),
      ...replicas.map(({ name, ...replica }) => renamable(`${kind}.replica`, name, replica)),
      resource(`${kind}.alerts`, { ...alerts, dashboard }),
      ...optional(`${kind}.initAccount`, initAccount),
    ];
  }
  const { kind, clients, alerts, dashboard, ingest, pgstac, ...shared } = hosting;
  const machine = (role: string, own: DatabaseMachine) =>
    resource(`virtualMachine ${role}`, { ...place, ...shared, ...own });
  return [
    machine('ingest', ingest),
    machine('pgstac', pgstac),
    resource(`${kind}.firewall`, { clients }),
    resource(`${kind}.alerts`, { ...alerts, dashboard }),
  ];
}

type Named = readonly [name: string, resource: Resource];

function resource(name: string, fields: object): Named {
  return [name, { fields: { ...fields }, formerNames: [] }];
}

/** Something whose key may change while what it has stays. */
function renamable(kind: string, name: string, own: { readonly formerNames: readonly string[] }): Named {
  const { formerNames, ...fields } = own;
  return [`${kind} ${name}`, { fields, formerNames: formerNames.map((former) => `${kind} ${former}`) }];
}

function optional(name: string, fields: object | null): Named[] {
  return fields === null ? [] : [resource(name, fields)];
}

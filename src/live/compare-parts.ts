import type { Because, Change, Impact } from '../diff/change.ts';
import type { CloudSqlHosting, Platform } from '../model/platform.ts';
import { chooseWay } from '../model/proxy-way.ts';
import type { Answers, User } from './answers.ts';
import { isBuiltIn, isGooglesDatabase, isGooglesUser } from './googles-own.ts';
import { readFlag } from './values.ts';

/**
 * The differences of what the model has no field for, since it derives it or wants it always so: whether databases,
 * logins and replicas are there, others beside them, a public address, networks that are let in, backups. As diff's own
 * changes, from what runs to what the spec's Terraform would make of it.
 */
export function compareParts(spec: Platform, hosting: CloudSqlHosting, answers: Answers): readonly Change[] {
  const found = [
    ...compareDatabases(spec, answers),
    ...compareLogins(spec, hosting, answers),
    ...compareReplicas(hosting, answers),
    ...compareWays(spec, answers),
    ...compareBackups(answers),
  ];
  return found.map((part) => ({ environment: spec.environment, ...part }));
}

type Part = Omit<Change, 'environment'>;

function compareDatabases({ databases }: Platform, { databases: found }: Answers): readonly Part[] {
  if (found === null) return [];
  const wanted = Object.values(databases).map(({ name }): string => name);
  return [
    ...wanted.filter((name) => !found.includes(name)).map((name) => part('missing-database', `database ${name}`)),
    ...found
      .filter((name) => !wanted.includes(name) && !isGooglesDatabase(name))
      .map((name) => part('unknown-database', `database ${name}`)),
  ];
}

function compareLogins(spec: Platform, hosting: CloudSqlHosting, { users }: Answers): readonly Part[] {
  if (users === null) return [];
  const wanted = listWantedLogins(spec, hosting);
  const isWanted = (user: User) => wanted.some((login) => isSame(login, user));
  return [
    ...wanted
      .filter((login) => !users.some((user) => isSame(login, user)))
      .map(({ name, type, owner }) => part('missing-login', `login ${name}`, { type, owner })),
    ...users
      .filter((user) => !isWanted(user) && !isGooglesUser(user))
      .map((user) => part('unknown-login', `login ${user.name}`, { type: nameType(user) })),
  ];
}

interface Login {
  readonly name: string;
  readonly type: string;
  readonly owner: string;
}

/** Each as `databases.tf` makes it. */
function listWantedLogins({ workloads, people, kubernetes }: Platform, hosting: CloudSqlHosting): readonly Login[] {
  const service = 'CLOUD_IAM_SERVICE_ACCOUNT';
  const pooler = kubernetes?.pooler ?? null;
  return [
    { name: hosting.adminUser, type: 'BUILT_IN', owner: 'the init Job and Terraform' },
    ...workloads.flatMap(({ name, databaseUser }) =>
      databaseUser === null ? [] : [{ name: databaseUser, type: service, owner: `workload ${name}` }],
    ),
    ...(pooler === null ? [] : [{ name: pooler.databaseUser, type: service, owner: 'the pooler' }]),
    ...people.map(({ email, kind, member }) => ({
      name: email,
      type: kind === 'group' ? 'CLOUD_IAM_GROUP' : 'CLOUD_IAM_USER',
      owner: `person ${member}`,
    })),
  ];
}

/** An address is the same in capitals, of which Cloud SQL makes small letters. */
function isSame(login: Login, user: User): boolean {
  return login.type === nameType(user) && login.name.toLowerCase() === (user.name ?? '').toLowerCase();
}

function nameType(user: User): string {
  return isBuiltIn(user) ? 'BUILT_IN' : String(user.type);
}

function compareReplicas(hosting: CloudSqlHosting, { replicas }: Answers): readonly Part[] {
  const wanted = new Map(hosting.replicas.map(({ name, instance }) => [instance, name]));
  return [...replicas].flatMap(([instance, found]): readonly Part[] => {
    const name = wanted.get(instance);
    if (name === undefined) return [part('unknown-replica', `cloudSql.replica ${instance}`)];
    return found === null ? [part('missing-replica', `cloudSql.replica ${name}`)] : [];
  });
}

const resource = 'cloudSql.instance';

function compareWays(spec: Platform, { instance }: Answers): readonly Part[] {
  const ip = instance.settings?.ipConfiguration;
  const [before, after] = [readFlag(ip?.ipv4Enabled) ?? false, chooseWay(spec) === 'public'];
  const networks = (ip?.authorizedNetworks ?? []).map(({ value }) => value ?? '').sort();
  return [
    ...(before === after
      ? []
      : [field(after ? 'public-address-made' : 'public-address', 'publicAddress', before, after)]),
    ...(networks.length === 0 ? [] : [field('authorized-networks', 'authorizedNetworks', networks, [])]),
  ];
}

function compareBackups({ instance }: Answers): readonly Part[] {
  const enabled = readFlag(instance.settings?.backupConfiguration?.enabled) ?? false;
  return enabled ? [] : [field('backups-off', 'backups.enabled', false, true)];
}

/** Something that is only in the spec, or only there. */
function part(rule: keyof typeof rules, name: string, fields: object = {}): Part {
  const { impact, ...because } = cite(rule);
  const [before, after] = impact === 'create' ? [null, fields] : [fields, null];
  return { resource: name, field: null, before, after, impact, rule: because };
}

function field(rule: keyof typeof rules, name: string, before: unknown, after: unknown): Part {
  const { impact, ...because } = cite(rule);
  return { resource, field: name, before, after, impact, rule: because };
}

function cite(name: keyof typeof rules): Because & { readonly impact: Impact } {
  return { id: `live/${name}`, loss: null, provider: null, ...rules[name] };
}

const users = "Terraform's google provider, resource_sql_user.go";
const instances = "Terraform's google provider, resource_sql_database_instance.go";

/** What `terraform apply` does about each. */
const rules = {
  'missing-database': {
    impact: 'create',
    reason: 'It is not on the instance: Terraform makes it, empty; `platform db init` fills it.',
    source: "Terraform's google provider, resource_sql_database.go: Read of one that is gone takes it out of the state",
  },
  'unknown-database': {
    impact: 'none',
    reason: 'The spec does not have it and Terraform does not know it: it stays.',
    source: 'Terraform touches only what is in its state',
  },
  'missing-login': {
    impact: 'create',
    reason: 'It is not on the instance: Terraform makes it, and `platform db init` grants it its roles.',
    source: `${users}: Read of one that is gone takes it out of the state`,
  },
  'unknown-login': {
    impact: 'none',
    reason: 'The spec does not have it and Terraform does not know it: it stays, with whatever it was granted.',
    source: 'Terraform touches only what is in its state',
  },
  'missing-replica': {
    impact: 'create',
    reason: 'It is not there: Terraform makes it anew from the primary.',
    source: `${instances}: Read of one that is gone takes it out of the state`,
  },
  'unknown-replica': {
    impact: 'none',
    reason: 'The spec does not have it and Terraform does not know it: it stays, and costs.',
    source: 'Terraform touches only what is in its state',
  },
  'public-address': {
    impact: 'update',
    reason:
      'The instance has an address on the internet that the spec does not give it: whoever connects there is cut off.',
    source: `${instances}: settings.ip_configuration.ipv4_enabled`,
  },
  'public-address-made': {
    impact: 'update',
    reason: 'kubernetes.proxy.privateIp is false, and the instance has no public address: it gets one.',
    source: `${instances}: settings.ip_configuration.ipv4_enabled`,
  },
  'authorized-networks': {
    impact: 'update',
    reason: 'Networks are let in past IAM that no file names: they are taken away.',
    source: `${instances}: settings.ip_configuration.authorized_networks`,
  },
  'backups-off': {
    impact: 'update',
    reason: 'No backup is made: they begin again, and the last one that was made is as old as it is.',
    source: `${instances}: settings.backup_configuration.enabled`,
  },
} as const satisfies Readonly<Record<string, Pick<Because, 'reason' | 'source'> & { readonly impact: Impact }>>;

import type { Rule } from './rule.ts';
import { google, ours } from './sources.ts';

const pgstac = 'database pgstac';
const items: Readonly<Record<string, string>> = {
  'database ingest': 'ingestion_log, unless it is copied',
  [pgstac]: 'every item and collection, the ledger and the quarantine, unless they are copied',
};

export const databaseRules: readonly Rule[] = [
  ...Object.entries(items).flatMap(([resource, loss]): Rule[] => [
    {
      resource,
      field: null,
      when: ['disappears'],
      impact: 'destroy',
      reason: 'It goes with the server that it is on.',
      loss,
      source: google('resource_sql_database_instance.go', 'Delete'),
    },
    {
      resource,
      field: 'hosting',
      impact: 'replace',
      reason: 'The database on the other server is a new, empty one.',
      loss,
      source: ours('each kind of hosting has databases of its own'),
    },
    {
      resource,
      field: 'name',
      impact: 'replace',
      reason: 'A new, empty database is made; the old one stays on the server, unused (deletion_policy ABANDON).',
      loss,
      source: google('resource_sql_database.go', 'name: ForceNew'),
    },
  ]),
  {
    resource: pgstac,
    field: 'version',
    when: ['lowersVersion'],
    impact: 'refused',
    reason: 'pgSTAC has migrations to later releases only: `platform db init` refuses an older one.',
    source: 'pypgstac, migrations/pgstac.FROM-TO.sql',
  },
  {
    resource: pgstac,
    field: 'version',
    impact: 'refused',
    reason:
      '`platform db init` installs and does not migrate yet: until `pypgstac migrate --toversion` has, it refuses what is there.',
    source: 'pypgstac, migrations/pgstac.FROM-TO.sql',
  },
  {
    resource: pgstac,
    field: 'source*',
    impact: 'none',
    reason: "Where pgSTAC's SQL is read from when it is next installed; what is installed stays.",
    source: ours('a release is known by its version and sha256'),
  },
  {
    resource: pgstac,
    field: 'extensions',
    impact: 'update',
    reason: '`platform db init` makes what is new; an extension that left the list stays, since data may depend on it.',
    source: ours('sql/ drops nothing'),
  },
  {
    resource: pgstac,
    field: 'compression',
    impact: 'update',
    reason: 'What is loaded from now on is compressed so; what is there stays as it is.',
    source: 'PostgreSQL 15 documentation, default_toast_compression',
  },
  {
    resource: pgstac,
    field: 'settings.*',
    when: ['disappears'],
    impact: 'none',
    reason: 'A setting that left the spec keeps its last value in pgstac_settings.',
    source: ours('sql/pgstac-4-settings.sql'),
  },
  {
    resource: pgstac,
    field: 'settings.*',
    impact: 'update',
    reason: '`platform db init` writes the row of pgstac_settings.',
    source: 'pgSTAC documentation, "PgSTAC Settings Variables"',
  },
];

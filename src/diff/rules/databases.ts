import type { Rule } from './rule.ts';
import { documentation, google, ours } from './sources.ts';

const pgstac = 'database pgstac';
const items: Readonly<Record<string, string>> = {
  ingest: 'ingestion_log, unless it is copied',
  pgstac: 'every item and collection, the ledger and the quarantine, unless they are copied',
};

export const databaseRules: readonly Rule[] = [
  ...Object.entries(items).flatMap(([name, loss]): Rule[] => [
    {
      id: `database/removed-${name}`,
      resource: `database ${name}`,
      field: null,
      when: ['disappears'],
      impact: 'destroy',
      reason: 'It goes with the server that it is on.',
      loss,
      source: google('resource_sql_database_instance.go', 'Delete'),
    },
    {
      id: `database/hosting-moved-${name}`,
      resource: `database ${name}`,
      field: 'hosting',
      impact: 'replace',
      reason: 'The database on the other server is a new, empty one.',
      loss,
      source: ours('each kind of hosting has databases of its own'),
    },
    {
      id: `database/renamed-${name}`,
      resource: `database ${name}`,
      field: 'name',
      impact: 'replace',
      reason: 'A new, empty database is made; the old one stays on the server, unused (deletion_policy ABANDON).',
      loss,
      source: google('resource_sql_database.go', 'name: ForceNew'),
    },
  ]),
  {
    id: 'database/retention-shortened',
    resource: 'database ingest',
    field: 'retentionDays',
    when: ['limitsMore'],
    impact: 'destroy',
    reason:
      'The next run that is finished deletes what is older, once `platform db init` has given loaders the right to.',
    loss: 'the older rows of ingestion_log, and the finished runs and receipts behind them, unless they are copied',
    source: ours('run/prune-history.ts'),
  },
  {
    id: 'database/retention',
    resource: 'database ingest',
    field: 'retentionDays',
    impact: 'update',
    reason: 'The log is kept longer from now on; what is deleted stays so.',
    source: ours('run/prune-history.ts'),
  },
  {
    id: 'pgstac/downgrade-refused',
    resource: pgstac,
    field: 'version',
    when: ['lowersVersion'],
    impact: 'refused',
    reason: 'pgSTAC’s migrations lead to later releases only: `platform db init` refuses a database with a later one.',
    source: documentation('pypgstac, migrations/pgstac.FROM-TO.sql'),
  },
  {
    id: 'pgstac/upgrade',
    resource: pgstac,
    field: 'version',
    impact: 'update',
    reason:
      '`platform db init` (the init Job) runs pgSTAC’s own migrations in one transaction, for which readers wait and running shards stop, to be started again. There is no way back but a backup; until it has run, `platform ingest` refuses.',
    source: documentation('pypgstac, migrations/pgstac.FROM-TO.sql'),
  },
  {
    id: 'pgstac/source',
    resource: pgstac,
    field: 'source*',
    impact: 'none',
    reason: "Where pgSTAC's SQL is read from when it is next installed; what is installed stays.",
    source: ours('a release is known by its version and sha256'),
  },
  {
    id: 'pgstac/extension-dropped',
    resource: pgstac,
    field: 'extensions',
    when: ['leavesOne', 'madeByTerraform'],
    impact: 'destroy',
    reason:
      'Terraform drops an extension that left the list (bootstrap: terraform); PostgreSQL refuses while tables or functions depend on it.',
    source: documentation(
      'cyrilgdn/postgresql, resource_postgresql_extension.go: Delete is DROP EXTENSION without CASCADE',
    ),
  },
  {
    id: 'pgstac/extensions',
    resource: pgstac,
    field: 'extensions',
    impact: 'update',
    reason: '`platform db init` makes what is new; an extension that left the list stays, since data may depend on it.',
    source: ours('sql/ drops nothing'),
  },
  {
    id: 'pgstac/compression',
    resource: pgstac,
    field: 'compression',
    impact: 'update',
    reason: 'What is loaded from now on is compressed so; what is there stays as it is.',
    source: documentation('PostgreSQL 15 documentation, default_toast_compression'),
  },
  {
    id: 'pgstac/setting-removed',
    resource: pgstac,
    field: 'settings.*',
    when: ['disappears'],
    impact: 'none',
    reason: 'A setting that left the spec keeps its last value in pgstac_settings.',
    source: ours('sql/pgstac-4-settings.sql'),
  },
  {
    id: 'pgstac/setting',
    resource: pgstac,
    field: 'settings.*',
    impact: 'update',
    reason: '`platform db init` writes the row of pgstac_settings.',
    source: documentation('pgSTAC documentation, "PgSTAC Settings Variables"'),
  },
];

import type { Artifact } from '../artifact/artifact.ts';
import { layoutVersion, olderLayouts } from '../model/layout.ts';
import { adminRoles, groupRoles, listLogins } from '../model/logins.ts';
import type { Platform } from '../model/platform.ts';
import { type Fragment, joinFragments } from '../print/fragment.ts';
import { sqlComment, sqlIdentifier, sqlText } from '../print/sql.ts';
import { renderTemplate, type TemplateName, type View } from './render.ts';
import { emitScripts } from './scripts.ts';
import type { Target } from './target.ts';

/** The scripts of a database in the order they run; pgSTAC's own SQL comes between `roles` and `platform`. */
export type SqlStep = 'extensions' | 'roles' | 'platform' | 'settings' | 'log' | 'logins';

export interface SqlScript extends Artifact {
  readonly database: 'pgstac' | 'ingest';
  readonly step: SqlStep;
}

export const sqlTarget: Target = {
  name: 'sql',
  emit: (platform) => [...listSqlScripts(platform).map(({ path, text }) => ({ path, text })), ...emitScripts(platform)],
};

/**
 * Every SQL file, each safe to run again: `platform db init`, the init Job, the servers' startup scripts and
 * `scripts/db` run these same texts.
 */
export function listSqlScripts(platform: Platform): readonly SqlScript[] {
  const { extensions, settings } = platform.databases.pgstac;
  const prunes = platform.databases.ingest.retentionDays !== null;
  return [
    script('pgstac', 'extensions', 'pgstac-1-extensions', { extensions: extensions.map(sqlIdentifier) }),
    script('pgstac', 'roles', 'pgstac-2-roles', { roles: listTexts([adminRoles.pgstac, ...groupRoles.pgstac]) }),
    script('pgstac', 'platform', 'pgstac-3-platform', { installation: viewInstallation(platform, 'pgstac'), prunes }),
    script('pgstac', 'settings', 'pgstac-4-settings', {
      settings: settings.map(({ name, value }) => ({ name: sqlText(name), value: sqlText(value) })),
    }),
    script('pgstac', 'logins', 'pgstac-5-logins', { logins: viewLogins(platform, 'pgstac') }),
    script('ingest', 'roles', 'ingest-1-roles', { roles: listTexts([adminRoles.ingest, ...groupRoles.ingest]) }),
    script('ingest', 'log', 'ingest-2-log', { installation: viewInstallation(platform, 'ingest'), prunes }),
    script('ingest', 'logins', 'ingest-3-logins', { logins: viewLogins(platform, 'ingest') }),
  ];
}

function script(database: 'pgstac' | 'ingest', step: SqlStep, name: string, view: View<'sql'>): SqlScript {
  const template = `sql/${name}.sql` as TemplateName;
  return { database, step, path: `sql/${name}.sql`, text: renderTemplate(template, 'sql', view) };
}

function viewInstallation(platform: Platform, database: 'pgstac' | 'ingest'): View<'sql'> {
  const [read = '', write = ''] = groupRoles[database];
  return {
    admin: sqlIdentifier(adminRoles[database]),
    read: sqlIdentifier(read),
    write: sqlIdentifier(write),
    platform: sqlText(platform.name),
    environment: sqlText(platform.environment),
    version: sqlText(layoutVersion),
    versions: listTexts([...olderLayouts, layoutVersion]),
  };
}

function viewLogins(platform: Platform, database: 'pgstac' | 'ingest'): View<'sql'> {
  return listLogins(platform, database).map(({ name, role, owner }) => ({
    owner: sqlComment(owner),
    login: sqlText(name),
    granted: role === null ? null : sqlText(role),
    revoked: listTexts(groupRoles[database].filter((other) => other !== role)),
  }));
}

function listTexts(texts: readonly string[]): Fragment<'sql'> {
  return joinFragments('sql', texts.map(sqlText), ', ');
}

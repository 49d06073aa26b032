import { layoutVersion } from '../model/layout.ts';
import type { Platform } from '../model/platform.ts';
import type { Database, Session } from './connection.ts';
import {
  type Installation,
  ingestTables,
  inspectPgstac,
  isOlderLayout,
  platformTables,
  refuseAnother,
} from './inspect.ts';
import { planPgstac, refusePlan } from './pgstac-plan.ts';

/**
 * What `platform db init` would have to make, in words; empty where both databases are ready for the loader. Throws as
 * `refuseAnother` does, and where the pgSTAC that is there is not to be used.
 */
export async function listMissingParts(
  databases: { readonly pgstac: Database; readonly ingest: Database },
  platform: Platform,
): Promise<readonly string[]> {
  const version = platform.databases.pgstac.version;
  const inPgstac = await databases.pgstac.session(async (session) => {
    const installation = await refuseAnother(session, databases.pgstac, platform);
    const plan = planPgstac(await inspectPgstac(session), version);
    if (plan.kind === 'refuse') refusePlan(plan, databases.pgstac.target, version);
    return [
      ...(plan.kind === 'install' ? [`pgSTAC ${version}`] : []),
      ...(plan.kind === 'upgrade' ? [`pgSTAC ${version} (${plan.from} is installed)`] : []),
      ...(installation === null ? ['schema platform'] : await listMissing(session, 'pgstac', installation)),
    ];
  });
  const inIngest = await databases.ingest.session(async (session) =>
    listMissing(session, 'ingest', await refuseAnother(session, databases.ingest, platform)),
  );
  return [...inPgstac, ...inIngest];
}

/** As `listMissingParts`, of the tables of one database only: for who only looks, whatever pgSTAC is there. */
export async function listMissingIn(
  database: Database,
  which: 'pgstac' | 'ingest',
  platform: Platform,
): Promise<readonly string[]> {
  return await database.session(async (session) => {
    const installation = await refuseAnother(session, database, platform);
    return await listMissing(session, which, installation);
  });
}

/** Tables, but of an older layout, which lacks some, only the layout. */
async function listMissing(
  session: Session,
  database: keyof typeof tables,
  found: Installation | null,
): Promise<readonly string[]> {
  if (found === null || !isOlderLayout(found)) return await listMissingTables(session, tables[database]);
  return [`layout ${layoutVersion} of the ${database} database (${found.version} is there)`];
}

const tables = { pgstac: platformTables, ingest: ingestTables } as const;

async function listMissingTables(session: Session, names: readonly string[]): Promise<readonly string[]> {
  const rows = await session.query<{ name: string }>(
    'SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NULL',
    [names],
  );
  const missing = new Set(rows.map(({ name }) => name));
  return names.filter((name) => missing.has(name));
}

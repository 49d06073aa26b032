import { join } from 'node:path';
import type { Database } from '../database/connection.ts';
import { openEmbedded } from '../database/embedded.ts';
import { installPgstac } from '../database/install-pgstac.ts';
import { findRelease } from '../database/releases.ts';
import { createDataFolder, embeddedVersions } from '../database/template.ts';
import type { Context } from './context.ts';
import { findCacheFolder, obtainRelease, type SpecRelease } from './release-ports.ts';

/** Opens the embedded database of a folder; one that isn't there yet is a copy of a prepared one, pgSTAC included. */
export async function openEmbeddedFolder(context: Context, folder: string, release: SpecRelease): Promise<Database> {
  const onWait = (holder: string) => void context.stderr.write(`waiting for process ${holder}, which holds it\n`);
  return await openEmbedded(folder, {
    onWait,
    signal: context.signal,
    create: (data) => createData(context, data, release, onWait),
  });
}

async function createData(
  context: Context,
  dataFolder: string,
  release: SpecRelease,
  onWait: (holder: string) => void,
): Promise<void> {
  context.stderr.write('making the embedded database (PostgreSQL with PostGIS)\n');
  const { version, source } = release.platform.databases.pgstac;
  const sha256 = source?.sha256 ?? findRelease(version)?.sha256 ?? '';
  const { pglite, postgis } = embeddedVersions;
  const cacheFolder = findCacheFolder(context);
  await createDataFolder(dataFolder, {
    cacheFolder: cacheFolder === null ? null : join(cacheFolder, 'embedded'),
    key: `pglite-${pglite}-postgis-${postgis}-pgstac-${version}-${sha256.slice(0, 12)}`,
    onWait,
    signal: context.signal,
    prepare: async (session) => {
      const sql = await obtainRelease(context, release);
      for (const name of ['postgis', 'btree_gist', 'unaccent'])
        await session.run(`CREATE EXTENSION ${name} SCHEMA public`);
      await installPgstac(session, sql, version);
    },
  });
}

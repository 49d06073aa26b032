import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeExtension, readCoreSchemas } from '../../test/ingest/support/schemas.ts';
import { readLines } from './read-lines.ts';

/**
 * What `judge: full` reads in place of the web: STAC's and GeoJSON's own schemas, as pystac brings them, and for each
 * extension that the items name a stand-in of the same form which asks for nothing more, since no package has theirs.
 */
export async function writeSchemas(folder: string, items: string): Promise<void> {
  const [first = ''] = await readLines(items, 1);
  const { stac_extensions: extensions = [] } = JSON.parse(first) as { stac_extensions?: readonly string[] };
  const standIns = extensions.map((url) => [url, makeExtension(url, {})] as const);
  for (const [url, text] of [...(await readCoreSchemas()), ...standIns]) {
    const path = join(folder, url.replace('https://', ''));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

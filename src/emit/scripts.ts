import type { Artifact } from '../artifact/artifact.ts';
import type { Platform } from '../model/platform.ts';
import { shellWord } from '../print/shell.ts';
import { renderTemplate } from './render.ts';

/** The scripts that make both databases on a server one already has, from the SQL files beside them. */
export function emitScripts(platform: Platform): readonly Artifact[] {
  const version = shellWord(platform.databases.pgstac.version);
  return [
    {
      path: 'scripts/db/init-postgres.sh',
      text: renderTemplate('sql/init-postgres.sh', 'shell', {}),
      executable: true,
    },
    {
      path: 'scripts/db/init-pgstac.sh',
      text: renderTemplate('sql/init-pgstac.sh', 'shell', { version }),
      executable: true,
    },
  ];
}

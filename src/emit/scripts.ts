import type { Artifact } from '../artifact/artifact.ts';
import { installerLock } from '../model/layout.ts';
import { pgstacSha256 } from '../model/pgstac-releases.ts';
import type { Platform } from '../model/platform.ts';
import { shellArgument, shellComment, shellWord } from '../print/shell.ts';
import { renderTemplate } from './render.ts';

/** The scripts that make both databases on a server one already has, from the SQL files beside them. */
export function emitScripts(platform: Platform): readonly Artifact[] {
  const { version, source } = platform.databases.pgstac;
  const lock = shellArgument(installerLock);
  return [
    {
      path: 'scripts/db/init-postgres.sh',
      text: renderTemplate('sql/init-postgres.sh', 'shell', { lock }),
      executable: true,
    },
    {
      path: 'scripts/db/init-pgstac.sh',
      text: renderTemplate('sql/init-pgstac.sh', 'shell', {
        lock,
        version: shellWord(version),
        versionComment: shellComment(version),
        sha256: shellWord(source?.sha256 ?? pgstacSha256(version)),
        source: source !== null,
      }),
      executable: true,
    },
  ];
}

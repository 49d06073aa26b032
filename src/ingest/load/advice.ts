import type { DatabaseTarget } from '../../database/connection.ts';

/** A hint for a database's content. Nobody has a prompt for SQL on the embedded one, which is soon made anew. */
export function adviseFor(target: DatabaseTarget, onServer: string): string {
  return target.kind === 'embedded' ? `delete ${target.folder} and load everything again` : onServer;
}

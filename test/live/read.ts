import { openSqlAdmin } from '../../src/cli/sql-admin.ts';
import type { Change } from '../../src/diff/change.ts';
import { diffPlatforms } from '../../src/diff/diff.ts';
import type { SqlAdmin } from '../../src/live/answers.ts';
import { fetchAnswers } from '../../src/live/fetch-answers.ts';
import { type Live, readLive } from '../../src/live/read-live.ts';
import { resolveText } from '../support/resolve.ts';
import type { SqlAdminServer } from '../support/sql-admin.ts';
import { earth, spec } from './earth.ts';

/** The milliseconds that a test's client waited for instead of waiting. */
export const waits: number[] = [];

/** The real client, which asks the server as somebody with a key; it waits in `waits`. */
export function openAdmin({ environment }: SqlAdminServer, signal = new AbortController().signal): SqlAdmin {
  // The credentials are found by Google's library, which looks here.
  Object.assign(process.env, environment);
  return openSqlAdmin(
    { env: environment, signal },
    { wait: async (milliseconds) => void waits.push(milliseconds), random: () => 0.5 },
  );
}

/** Changes what the server answers. */
export type Alter = (primary: Held, replica: Held) => unknown;
interface Held {
  // biome-ignore lint/suspicious/noExplicitAny: JSON that a test changes anywhere in it.
  instance: any;
  databases: string[];
  users: Record<string, unknown>[];
  backupPages: Record<string, unknown>[][];
}

export function holdEarth(server: SqlAdminServer, alter: Alter = () => {}): void {
  const { primary, replica } = earth() as { primary: Held; replica: Held };
  alter(primary, replica);
  server.hold('earth-postgres', primary);
  server.hold('earth-postgres-near', replica);
}

/** What the server shows of the instance, through the real client, and how the spec differs from it. */
export async function readEarth(
  server: SqlAdminServer,
  alter?: Alter,
  text = spec,
): Promise<{ live: Live; changes: readonly Change[] }> {
  holdEarth(server, alter);
  const platform = resolveText(text);
  if (platform.hosting.kind !== 'cloudSql') throw new Error('a spec with Cloud SQL is wanted');
  const answers = await fetchAnswers(openAdmin(server), 'acme-earth', platform.hosting);
  if (answers === null) throw new Error('the instance is there');
  const live = readLive(platform, answers);
  return { live, changes: [...diffPlatforms(live.platform, platform), ...live.parts] };
}

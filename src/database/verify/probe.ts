import { layoutVersion } from '../../model/layout.ts';
import type { Session } from '../connection.ts';
import { type Installation, isOlderLayout } from '../inspect.ts';

/** What a probe finds that `platform db init` has not made yet. */
export class NotInstalled extends Error {}

/** Gives what was found; throws where that is not what should be. */
export type Probe = (session: Session) => Promise<string>;

/** Throws `NotInstalled` where the tables are not those that this program knows. */
export function requireLayout(found: Installation | null): Installation {
  if (found === null) throw new NotInstalled('not initialised');
  if (isOlderLayout(found))
    throw new NotInstalled(`has layout ${found.version}: db init brings it to layout ${layoutVersion}, rows and all`);
  return found;
}

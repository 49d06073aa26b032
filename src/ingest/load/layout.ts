import type { Session } from '../../database/connection.ts';
import { inspectPgstac } from '../../database/inspect.ts';
import { findRelease } from '../../database/releases.ts';
import { IngestionFailure } from '../failure.ts';

/** What differs between the releases of pgSTAC that can be loaded into. */
export interface Layout {
  /** 0.10: base items have a history, and an item names the one it was dehydrated against. */
  readonly namesBaseItems: boolean;
}

/** Throws `IngestionFailure` for a pgSTAC whose tables are not known, rather than load what it would read wrongly. */
export async function readLayout(session: Session): Promise<Layout> {
  const state = await inspectPgstac(session);
  if (state.kind === 'absent')
    throw new IngestionFailure('database', 'there is no pgSTAC in the database', { hint: 'run: platform db init' });
  if (state.kind === 'older')
    throw new IngestionFailure('database', `pgSTAC ${state.version} is older than what can be loaded into`, {
      hint: 'run: platform db init, which upgrades it',
    });
  if (state.kind === 'unknown')
    throw new IngestionFailure('database', state.reason, { hint: 'name a database with a pgSTAC that is on PyPI' });
  return { namesBaseItems: findRelease(state.version)?.layout['base_items'] !== undefined };
}

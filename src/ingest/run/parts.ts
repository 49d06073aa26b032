import type { Database } from '../../database/connection.ts';
import type { DoneParts, PartEnd } from './batch.ts';
import { checkLease, type Lease } from './lease.ts';

/** The parts of its source that a shard has done, with the numbers that their batches took. */
export async function listDoneParts(database: Database, { run, shard }: Lease): Promise<DoneParts> {
  const rows = await database.session((session) =>
    session.query<{ part: string; batches: number }>(
      'SELECT part, batches FROM platform.part WHERE run = $1 AND shard = $2',
      [run, shard],
    ),
  );
  return new Map(rows.map(({ part, batches }) => [part, batches]));
}

/** Notes that every batch of a part is committed: a restart does not read it again. */
export async function writeDonePart(database: Database, lease: Lease, { part, batches }: PartEnd): Promise<void> {
  await database.transaction(async (session) => {
    await session.query(
      'INSERT INTO platform.part (run, shard, part, batches) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
      [lease.run, lease.shard, part, batches],
    );
    await checkLease(session, lease);
  });
}

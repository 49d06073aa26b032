import { relative } from 'node:path';
import { type Database, describeTarget, type Session } from '../../database/connection.ts';
import { DatabaseFailure } from '../../database/failure.ts';
import { listMissingIn } from '../../database/missing-parts.ts';
import { sampleItems, summariseItems } from '../../ingest/run/read-items.ts';
import { readQuarantine } from '../../ingest/run/read-quarantine.ts';
import { readLoggedStatus, readStatus } from '../../ingest/run/read-status.ts';
import type { RunStatus } from '../../ingest/run/run-status.ts';
import { encodeItems } from '../../view/encode-items.ts';
import type { ViewIngested, ViewItems, ViewQuarantine, ViewRun } from '../../view/ingested.ts';
import { adviseInit } from '../advise-init.ts';
import { CommandError, type Context } from '../context.ts';
import { explainRefusal, type Loaded, type Tried, tryDatabases } from '../databases.ts';
import { renderCommand } from '../render-command.ts';
import { findNext } from '../status-output.ts';
import { cutAddresses } from './cut-addresses.ts';

/** Runs, and items in quarantine of each reason, that a page tells of. */
const MOST_RUNS = 20;
const EXAMPLES = 5;
const everything = { run: null, pipeline: null };

type Read = Extract<ViewIngested, { kind: 'read' }>;
type Known = Pick<Read, 'items' | 'runs' | 'hasMoreRuns' | 'quarantine'>;

/**
 * What the databases of an environment hold: reads only, and makes nothing. A database that is not there, not ready, or
 * not to be had is what the page says, and no error. `most` is how many items are drawn.
 */
export async function readIngested(context: Context, loaded: Loaded, most: number): Promise<ViewIngested> {
  try {
    const databases = await tryDatabases(context, loaded);
    try {
      return await explainRefusal(() => readEither(loaded, databases, most));
    } finally {
      await databases.close();
    }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { kind: 'unread', reason: cutAddresses(error.message), hint: error.hint ?? null };
  }
}

/** What the pgstac database knows; where that cannot be reached, what the ingest database was told of runs. */
async function readEither(loaded: Loaded, databases: Tried, most: number): Promise<ViewIngested> {
  const isKnown = !(databases.pgstac instanceof DatabaseFailure);
  const database = isKnown ? databases.pgstac : databases.ingest;
  if (database instanceof DatabaseFailure) throw databases.pgstac;
  const name = isKnown ? 'pgstac' : 'ingest';
  const missing = await listMissingIn(database, name, loaded.platform);
  if (missing.length > 0)
    throw new CommandError(4, `the ${name} database is not ready: ${missing.join(', ')} missing`, {
      hint: adviseInit(loaded, databases),
    });
  const known = isKnown ? await readKnown(database, loaded, most) : await readLogged(database, loaded);
  const failure = isKnown ? databases.ingest : databases.pgstac;
  return {
    kind: 'read',
    place: describePlace(database, loaded),
    ...known,
    lacking: failure instanceof DatabaseFailure ? cutAddresses(failure.message) : null,
    commands: {
      ingest: renderCommand(['ingest'], loaded.given),
      status: renderCommand(['ingest', 'status'], loaded.given),
    },
  };
}

function describePlace({ target }: Database, { projectRoot }: Loaded): string {
  if (target.kind === 'server') return describeTarget(target);
  return describeTarget({ ...target, folder: relative(projectRoot, target.folder) });
}

async function readKnown(pgstac: Database, loaded: Loaded, most: number): Promise<Known> {
  return await lookOnce(pgstac, async (session) => {
    const runs = await readStatus(asDatabase(session), everything, MOST_RUNS + 1);
    const quarantine = await readQuarantine(session, EXAMPLES);
    return {
      items: await readItems(session, most),
      ...describeRuns(runs, loaded),
      quarantine: quarantine.map((one): ViewQuarantine => {
        const words = ['ingest', 'retry', one.pipeline, '--reason', one.reason];
        return {
          ...one,
          first: one.first.getTime(),
          last: one.last.getTime(),
          retry: renderCommand(words, loaded.given),
          examples: one.examples.map((example) => ({
            ...example,
            source: cutAddresses(example.source),
            message: cutAddresses(example.message),
          })),
        };
      }),
    };
  });
}

async function readLogged(ingest: Database, loaded: Loaded): Promise<Known> {
  const runs = await lookOnce(ingest, (session) => readLoggedStatus(asDatabase(session), everything, MOST_RUNS + 1));
  return { items: null, ...describeRuns(runs, loaded), quarantine: null };
}

/** All that is read is of one moment, whoever writes meanwhile; and nothing can be written. */
async function lookOnce<T>(database: Database, work: (session: Session) => Promise<T>): Promise<T> {
  return await database.transaction(async (session) => {
    await session.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    return await work(session);
  });
}

const asDatabase = (session: Session): Pick<Database, 'session'> => ({ session: (work) => work(session) });

async function readItems(session: Session, most: number): Promise<ViewItems> {
  const { total, collections, unit, bins } = await summariseItems(session);
  const places = new Map(collections.map(({ id }, place) => [id, place]));
  const shown = collections.map(() => 0);
  const encoder = encodeItems();
  await sampleItems(session, { total, most }, (item) => {
    const place = places.get(item.collection) ?? 0;
    shown[place] = (shown[place] ?? 0) + 1;
    encoder.add(item);
  });
  return {
    total,
    collections: collections.map((one, place) => ({ ...one, shown: shown[place] ?? 0 })),
    bins: { unit, rows: bins.map(({ start, collection, items }) => [start, places.get(collection) ?? 0, items]) },
    packed: encoder.finish(),
  };
}

function describeRuns(all: readonly RunStatus[], loaded: Loaded): Pick<Known, 'runs' | 'hasMoreRuns'> {
  const runs = all.slice(0, MOST_RUNS).map((run): ViewRun => {
    const { reasons: _, unsettled: __, ...rest } = run;
    return {
      ...rest,
      planned: run.planned.getTime(),
      finished: run.finished?.getTime() ?? null,
      shards: run.shards.map((shard) => ({ ...shard, lastWord: shard.lastWord?.getTime() ?? null })),
      next: findNext(run, loaded.given),
    };
  });
  return { runs, hasMoreRuns: all.length > MOST_RUNS };
}

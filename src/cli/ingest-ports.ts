import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { retrySessions } from '../ingest/load/retry.ts';
import type { ClockPort, Ports } from '../ingest/ports.ts';
import type { Report } from '../ingest/progress.ts';
import { compilerVersion } from '../version.generated.ts';
import type { Context } from './context.ts';
import type { Databases, Loaded } from './databases.ts';
import { createFilePort } from './file-port.ts';
import { openObjects } from './objects-port.ts';
import { createSchemaCache } from './schema-cache.ts';
import { createWritePort } from './write-port.ts';

/** What an ingestion touches of the world. Paths of a pipeline are relative to the folder that holds the spec. */
export function createIngestPorts(
  context: Context,
  { spec }: Pick<Loaded, 'spec'>,
  { pgstac, ingest }: Databases,
  report: Report,
): Ports {
  const clock: ClockPort = {
    now: () => context.now().getTime(),
    sleep: (milliseconds, signal) => wait(milliseconds, undefined, { signal }).catch(() => undefined),
  };
  const { signal } = context;
  return {
    pgstac: retrySessions(pgstac, { clock, signal, report }),
    ingest: retrySessions(ingest, { clock, signal, report }),
    files: createFilePort(dirname(spec.path)),
    writes: createWritePort(dirname(spec.path)),
    fetch: (url, request) => fetch(url, request),
    objects: openObjects(context),
    schemaCache: createSchemaCache(context),
    clock,
    version: compilerVersion,
    report,
    signal,
  };
}

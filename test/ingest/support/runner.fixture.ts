// A runner in a process of its own, to be killed: the options of `ingest` as JSON on the command line, and its source or files.
import { openServer } from '../../../src/database/server.ts';
import { ingest } from './ingest.ts';
import { makePorts } from './ports.ts';

const { dsn, folder, files, source = { kind: 'files', files }, ...options } = JSON.parse(process.argv[2] ?? '{}');
const pgstac = await openServer(dsn, { variable: 'PGSTAC_DSN' });
const databases = { pgstac, ingest: pgstac, close: () => pgstac.close() };
await ingest(source, makePorts(databases, folder), options);
await pgstac.close();

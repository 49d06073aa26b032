import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ClockPort, FilePort, ObjectsPort, Ports } from '../../../src/ingest/ports.ts';
import type { Databases } from './databases.ts';

/** Files below a folder, as the command line opens them. */
export function makeFilePort(folder: string): FilePort {
  return {
    open: (path) => createReadStream(resolve(folder, path)),
    list: async (path) => {
      const entries = await readdir(resolve(folder, path), { withFileTypes: true });
      return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
    },
  };
}

const realClock: ClockPort = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => wait(milliseconds, undefined, { signal }).catch(() => undefined),
};

/** For suites that have no Cloud Storage: nothing listens there. */
const noObjects: ObjectsPort = { origin: 'http://127.0.0.1:9', authorize: async () => ({}) };

/** The real world: files of a folder, this machine's clock and network. */
export function makePorts(databases: Databases, folder: string, changes: Partial<Ports> = {}): Ports {
  return {
    pgstac: databases.pgstac,
    ingest: databases.ingest,
    files: makeFilePort(folder),
    fetch: (url, request) => fetch(url, request),
    objects: noObjects,
    clock: realClock,
    report: () => undefined,
    signal: new AbortController().signal,
    ...changes,
  };
}

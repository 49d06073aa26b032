import { setTimeout as wait } from 'node:timers/promises';
import { createFilePort } from '../../../src/cli/file-port.ts';
import { createWritePort } from '../../../src/cli/write-port.ts';
import type { ClockPort, ObjectsPort, Ports } from '../../../src/ingest/ports.ts';
import type { FilesPorts } from '../../../src/ingest/source/list-files.ts';
import type { Databases } from './databases.ts';

export const realClock: ClockPort = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => wait(milliseconds, undefined, { signal }).catch(() => undefined),
};

/** For suites that have no Cloud Storage: nothing listens there. */
export const noObjects: ObjectsPort = { origin: 'http://127.0.0.1:9', authorize: async () => ({}) };

/** What reading files takes: those of a folder, and a network whose waits take no time. */
export function makeFilePorts(folder: string, changes: Partial<FilesPorts> = {}): FilesPorts {
  return {
    files: createFilePort(folder),
    fetch: (url, request) => fetch(url, request),
    objects: noObjects,
    clock: { now: () => Date.now(), sleep: async () => undefined },
    report: () => undefined,
    signal: new AbortController().signal,
    ...changes,
  };
}

/** The real world: files of a folder, this machine's clock and network. */
export function makePorts(databases: Databases, folder: string, changes: Partial<Ports> = {}): Ports {
  return {
    pgstac: databases.pgstac,
    ingest: databases.ingest,
    files: createFilePort(folder),
    writes: createWritePort(folder),
    fetch: (url, request) => fetch(url, request),
    objects: noObjects,
    schemaCache: { read: async () => null, write: async () => undefined },
    clock: realClock,
    version: '0.0.0',
    report: () => undefined,
    signal: new AbortController().signal,
    ...changes,
  };
}

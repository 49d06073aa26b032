import type { Database } from '../database/connection.ts';
import type { Report } from './progress.ts';

/** What an ingestion may touch of the world; the command line makes the real ones. */
export interface Ports {
  readonly pgstac: Database;
  readonly ingest: Database;
  readonly files: FilePort;
  readonly writes: WritePort;
  readonly fetch: FetchPort;
  readonly objects: ObjectsPort;
  readonly schemaCache: CachePort;
  readonly clock: ClockPort;
  /** Of this program. */
  readonly version: string;
  /** Told what happens, often; must not throw. */
  readonly report: Report;
  /** Aborted when the user wants to stop: what is committed is kept. */
  readonly signal: AbortSignal;
}

/** Files by their path as the spec has it (relative to the folder of the spec, with `/`). Fails with the system's error. */
export interface FilePort {
  open(path: string): AsyncIterable<Uint8Array>;
  /**
   * The memory of bytes that `open` gave, which nobody looks at any more: others may be read into it. What is not given
   * back is only collected as garbage; what is another's is left alone.
   */
  reuse(memory: ArrayBufferLike): void;
  /** Bytes; null where that cannot be told before it is read. */
  size(path: string): Promise<number | null>;
  /** Names in a folder, in any order. */
  list(folder: string): Promise<readonly FolderEntry[]>;
}

export interface FolderEntry {
  readonly name: string;
  /** Or a link to one. */
  readonly isFolder: boolean;
  readonly isLink: boolean;
}

/** What was fetched and does not change, kept beyond the run by a path with `/`. An entry is whole or not there. */
export interface CachePort {
  /** Null where there is none. */
  read(path: string): Promise<Uint8Array | null>;
  /** Does nothing where nothing can be kept. */
  write(path: string, bytes: Uint8Array): Promise<void>;
}

/** Files that are written, by paths as `FilePort` has them. Fails with an `IngestionFailure` that names the file. */
export interface WritePort {
  has(path: string): Promise<boolean>;
  /** What there is of a file that is not whole yet, under another name; its folders are made. One process at a time. */
  openPart(path: string): Promise<PartFile>;
}

export interface PartFile {
  /** Bytes that were there when it was opened. */
  readonly size: number;
  read(): AsyncIterable<Uint8Array>;
  /** What was noted beside it; null where nothing was. */
  readNote(): Promise<string | null>;
  note(text: string): Promise<void>;
  /** Takes away what is there. */
  empty(): Promise<void>;
  /** Appends. */
  write(bytes: Uint8Array): Promise<void>;
  /** Puts it in its place, in place of what is there. */
  finish(): Promise<void>;
  /** What is there stays for the next time. */
  close(): Promise<void>;
}

export type FetchPort = (url: string, request: FetchRequest) => Promise<Response>;

export interface FetchRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** Redirects are followed by the caller: fetch would turn a POST into a GET without its body. */
  readonly redirect: 'manual';
  readonly signal: AbortSignal;
}

/** Where Cloud Storage is and who asks it; what is asked goes through `fetch` (src/ingest/objects). */
export interface ObjectsPort {
  /** Of its JSON API, e.g. `https://storage.googleapis.com`. */
  readonly origin: string;
  /**
   * Headers that say who asks, good for some minutes; none where nobody is logged in, who may still read what is public.
   * Throws `IngestionFailure` where there are credentials that cannot be used.
   */
  authorize(): Promise<Readonly<Record<string, string>>>;
}

export interface ClockPort {
  /** Milliseconds since 1970. */
  now(): number;
  /** Ends early, without an error, when the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

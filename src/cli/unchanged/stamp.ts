import { join } from 'node:path';
import type { Seal } from './seal.ts';

/**
 * What a compile leaves behind that found nothing to do: all that its answer rests on, as git's index does it for
 * `git status`. Whoever finds all of it as it was may answer the same without compiling (docs/performance.md).
 */
export interface Stamp {
  /** The bundle that compiled. */
  readonly build: string;
  /** Who compiled: another user may not be allowed to read what this one did. Null on Windows. */
  readonly user: number | null;
  /** The spec, absolute. */
  readonly spec: string;
  /** The output folder, absolute. */
  readonly out: string;
  /** As given by `--env`; empty: all. */
  readonly asked: readonly string[];
  /** Each environment with how many files of it were as they should be. */
  readonly environments: readonly (readonly [name: string, unchanged: number])[];
  /** By absolute path: the artifacts, the folders they are in, and those that could hold a former environment. */
  readonly seals: Readonly<Record<string, Seal>>;
}

/** Beside what else the project keeps for itself and git does not. No environment is named like it. */
export const findStamp = (projectRoot: string): string => join(projectRoot, '.platform', 'unchanged.stamp');

/** The stamp's file: its length and checksum, its JSON, and the spec's bytes after it. */
export function encodeStamp(stamp: Stamp, spec: Uint8Array): Uint8Array {
  const json = Buffer.from(JSON.stringify(stamp));
  return Buffer.concat([Buffer.from(`${describe(json)}\n`), json, spec]);
}

/** Null where the file is not a whole stamp of this very build. */
export function decodeStamp(file: Buffer, build: string): { readonly stamp: Stamp; readonly spec: Buffer } | null {
  const end = file.indexOf('\n');
  const length = Number.parseInt(file.toString('latin1', 0, end), 10);
  const json = file.subarray(end + 1, end + 1 + length);
  if (end < 0 || describe(json) !== file.toString('latin1', 0, end)) return null;
  const stamp = JSON.parse(json.toString()) as Stamp;
  return stamp.build === build ? { stamp, spec: file.subarray(end + 1 + length) } : null;
}

/**
 * FNV-1a, by four bytes: against a disk's mistakes, not against people, and without what loading a hash function or
 * looking at each byte costs.
 */
function describe(bytes: Uint8Array): string {
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  padded.set(bytes);
  let sum = 0x811c9dc5;
  for (const word of new Uint32Array(padded.buffer)) sum = Math.imul(sum ^ word, 0x01000193);
  return `${bytes.length} ${(sum >>> 0).toString(16)}`;
}

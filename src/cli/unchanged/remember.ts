import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lockName, parseLock } from '../../artifact/lock.ts';
import type { WritePlan } from '../../artifact/plan.ts';
import { decodeSpec } from '../../spec/decode.ts';
import type { LoadedPlatforms } from '../load.ts';
import { type Seal, sealPath } from './seal.ts';
import { encodeStamp, findStamp, type Stamp } from './stamp.ts';

/** A compile that found nothing to do, of all targets and without a warning. */
export interface IdleCompile {
  /** The bundle's id. */
  readonly build: string;
  /** When it began, in milliseconds since 1970. */
  readonly started: number;
  readonly loaded: LoadedPlatforms;
  /** Absolute. */
  readonly out: string;
  readonly asked: readonly string[];
  readonly plans: readonly WritePlan[];
}

/**
 * Longer than the step in which any system's clock of files moves on (10 ms on Linux at most). What changed within it
 * before the compile began could change again and look the same.
 */
const restless = 50;

/**
 * Leaves the stamp by which `answerUnchanged` knows the next compile. Leaves none, and takes away one that is there,
 * where something changed since shortly before the compile began, or where the disk keeps times too coarsely to tell.
 * Never fails: a project that cannot be written to has no stamp, and its compiles are only slower.
 */
export function rememberUnchanged(compile: IdleCompile): void {
  const path = findStamp(compile.loaded.projectRoot);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const spec = readFileSync(compile.loaded.spec.path);
    const read = decodeSpec(spec, path);
    const stamp = read.ok && read.value === compile.loaded.spec.text ? makeStamp(compile) : null;
    if (stamp === null) {
      rmSync(path, { force: true });
      return;
    }
    makeOwnFolder(dirname(path));
    writeFileSync(temporary, encodeStamp(stamp, spec), { flag: 'wx' });
    if (keepsTime(temporary)) renameSync(temporary, path);
    else rmSync(temporary);
  } catch {
    removeQuietly(temporary);
  }
}

/** As git does with folders of tools, so that a project need not know of this one. */
function makeOwnFolder(folder: string): void {
  if (mkdirSync(folder, { recursive: true }) !== undefined) writeFileSync(join(folder, '.gitignore'), '*\n');
}

/** Whether the disk's clock is this machine's, and finer than seconds. */
function keepsTime(fresh: string): boolean {
  const { mtimeMs } = statSync(fresh);
  return mtimeMs % 1000 !== 0 && Math.abs(Date.now() - mtimeMs) < restless;
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It is in the way of nothing.
  }
}

function makeStamp({ build, started, loaded, out, asked, plans }: IdleCompile): Stamp | null {
  const seals: Record<string, Seal> = {};
  for (const path of new Set(listPaths(out, asked, plans))) {
    const seal = sealPath(path);
    if (seal === null || Math.max(seal[1], seal[2]) > started - restless) return null;
    seals[path] = seal;
  }
  const environments = plans.map(({ name, unchanged }) => [name, unchanged] as const);
  return { build, user: process.getuid?.() ?? null, spec: loaded.spec.path, out, asked, environments, seals };
}

function* listPaths(out: string, asked: readonly string[], plans: readonly WritePlan[]): Iterable<string> {
  yield out;
  for (const { name } of plans) {
    const lock = parseLock(readFileSync(join(out, name, lockName), 'utf8'));
    if (lock === 'broken') throw new Error(`${name}: a compile that had nothing to do left a broken lock`);
    for (const path of [lockName, ...lock.files.map((file) => file.path)]) {
      yield join(out, name, path);
      // A folder of the way may become a link, or the staging folder of a write come into it.
      for (let folder = dirname(join(out, name, path)); folder !== out; folder = dirname(folder)) yield folder;
    }
  }
  if (asked.length > 0) return;
  // A compile of all environments looks into each folder for the lock of one that the spec no longer has.
  for (const entry of readdirSync(out, { withFileTypes: true })) if (entry.isDirectory()) yield join(out, entry.name);
}

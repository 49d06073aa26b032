import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Artifact } from './artifact.ts';
import { blame } from './failure.ts';
import { type FolderState, lockName, type WritePlan } from './plan.ts';

export function hashText(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Names of the folders below `out` that hold a lock of ours, sorted. Throws `FolderFailure`, as all here do. */
export async function listEnvironments(out: string): Promise<readonly string[]> {
  const entries = await readdir(out, { withFileTypes: true }).catch(ignoreMissing(out, []));
  const names: string[] = [];
  for (const entry of entries) {
    if (entry.isDirectory() && (await readLock(join(out, entry.name))) !== null) names.push(entry.name);
  }
  return names.sort();
}

/** Reads what is on disk of one environment's folder: its lock, and the hash of each file wanted or locked. */
export async function readFolder(out: string, name: string, wanted: readonly string[]): Promise<FolderState> {
  const folder = join(out, name);
  const lock = await readLock(folder);
  const locked = lock === null || lock === 'broken' ? new Map<string, string>() : lock;
  const found = new Map<string, string>();
  for (const path of new Set([...wanted, ...locked.keys(), lockName])) {
    const file = join(folder, path);
    const bytes = await readFile(file).catch(ignoreMissing(file, null));
    if (bytes !== null) found.set(path, hashText(bytes));
  }
  return { name, locked, lockIsBroken: lock === 'broken', found };
}

/** Carries a plan out: each file appears whole, by rename; the lock comes last; folders left empty are removed. */
export async function writeFolder(out: string, plan: WritePlan): Promise<void> {
  const lockLast = [...plan.write].sort(
    (a, b) => Number(a.artifact.path === lockName) - Number(b.artifact.path === lockName),
  );
  for (const { path, artifact } of lockLast.filter((file) => file.artifact.path !== lockName))
    await writeAtomically(join(out, path), artifact);
  for (const { path } of plan.remove) await removeFile(out, path);
  for (const { path, artifact } of lockLast.filter((file) => file.artifact.path === lockName))
    await writeAtomically(join(out, path), artifact);
}

async function writeAtomically(path: string, artifact: Artifact): Promise<void> {
  await mkdir(dirname(path), { recursive: true }).catch(blame(dirname(path)));
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, artifact.text, { flush: true });
    if (artifact.executable === true) await chmod(temporary, 0o755);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    blame(path)(error);
  }
}

async function removeFile(out: string, path: string): Promise<void> {
  await rm(join(out, path), { force: true }).catch(blame(join(out, path)));
  for (
    let folder = dirname(join(out, path));
    relative(out, folder) !== '' && !relative(out, folder).startsWith('..');
    folder = dirname(folder)
  ) {
    const empty = await rmdir(folder).then(
      () => true,
      () => false,
    );
    if (!empty) return;
  }
}

/** The sha256 of each path that a lock of ours lists, or null where there is none. `broken`: a merge conflict, say. */
async function readLock(folder: string): Promise<Map<string, string> | 'broken' | null> {
  const file = join(folder, lockName);
  const text = await readFile(file, 'utf8').catch(ignoreMissing(file, null));
  if (text === null) return null;
  try {
    const { files } = JSON.parse(text) as { files: readonly { path: string; sha256: string }[] };
    const safe = files.filter(({ path }) => isInside(path));
    return new Map(safe.map(({ path, sha256 }) => [path, sha256]));
  } catch {
    return 'broken';
  }
}

function isInside(path: string): boolean {
  return (
    typeof path === 'string' &&
    !path.split('/').includes('..') &&
    !path.startsWith('/') &&
    !path.includes(sep === '\\' ? '\\' : '\0')
  );
}

function ignoreMissing<T>(path: string, instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => (error.code === 'ENOENT' || error.code === 'ENOTDIR' ? instead : blame(path)(error));
}

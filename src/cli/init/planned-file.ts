import { lstat, mkdir, readFile, realpath, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandError, type Context } from '../context.ts';
import { showPath } from '../show-path.ts';

/** A file as it is to be, before any is written. */
export interface PlannedFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
  /** False where it is there and has that text already. */
  readonly isNew: boolean;
}

/** Null where there is none. Throws `CommandError` (exit 2) for what cannot be read, a folder among it. */
export async function readIfThere(context: Context, path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const cause = error as NodeJS.ErrnoException;
    if (cause.code === 'ENOENT' && !(await isLink(path))) return null;
    throw new CommandError(2, `cannot read ${showPath(context, path)}: ${cause.message}`, { cause });
  }
}

async function isLink(path: string): Promise<boolean> {
  return await lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}

/**
 * Writes what is new. All of it is on the disk before the first gets its name, so that a disk that is full or read-only
 * leaves everything as it was. Throws `CommandError` (exit 2).
 */
export async function writePlanned(context: Context, files: readonly PlannedFile[]): Promise<void> {
  const wanted = files.filter(({ isNew }) => isNew);
  const staged: { readonly from: string; readonly to: string }[] = [];
  const made: string[] = [];
  try {
    for (const { path, text } of wanted) {
      const first = await explain(context, path, () => mkdir(dirname(path), { recursive: true }));
      if (first !== undefined) made.push(...listFolders(dirname(path), first));
      // A link to a file stays a link.
      const to = await realpath(path).catch(() => path);
      staged.push({ from: `${to}.new`, to });
      await explain(context, path, () => writeFile(`${to}.new`, text));
    }
    context.signal.throwIfAborted();
  } catch (error) {
    for (const { from } of staged) await rm(from, { force: true });
    for (const folder of made.sort((a, b) => b.length - a.length)) await rmdir(folder).catch(() => undefined);
    throw error;
  }
  for (const { from, to } of staged) await explain(context, to, () => rename(from, to));
}

/** The folders from one up to another that is above it. */
function listFolders(from: string, to: string): readonly string[] {
  return from.length <= to.length ? [to] : [from, ...listFolders(dirname(from), to)];
}

async function explain<T>(context: Context, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new CommandError(2, `cannot write ${showPath(context, path)}: ${(cause as Error).message}`, { cause });
  }
}

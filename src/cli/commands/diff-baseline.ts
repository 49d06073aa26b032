import { access, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { listEnvironments } from '../../artifact/folder.ts';
import { hashText } from '../../artifact/hash.ts';
import { lockName } from '../../artifact/lock.ts';
import type { SourceFile } from '../../diagnostic/source.ts';
import { completeModel } from '../../diff/older-models.ts';
import type { Platform } from '../../model/platform.ts';
import { CommandError, type Context } from '../context.ts';
import { type LoadedPlatforms, readSpecFile, resolveText } from '../load.ts';
import { runGit } from '../run-git.ts';
import { showPath } from '../show-path.ts';
import { type Baseline, findCommit, findSpecText, readSpecOfRef } from './diff-ref.ts';

/**
 * Reads what to compare with: the locks in git's HEAD (on disk where there is no git), the spec in another git ref, or
 * another spec file. Throws `CommandError` (exit 2) where that is not to be had, `SpecError` where that spec has mistakes.
 */
export async function readBaseline(context: Context, loaded: LoadedPlatforms, against: string): Promise<Baseline> {
  if (against === 'lock') return readLocks(context, loaded);
  const file = resolve(context.cwd, against);
  if (!(await exists(file))) return readSpecOfRef(context, loaded.spec.path, against, wantedOf(loaded));
  const { shown, text } = readSpecFile(context, file);
  const { platforms } = await resolveText(text, shown, wantedOf(loaded));
  const alsoRef = (await findCommit(context, loaded.projectRoot, against)) !== null;
  return {
    platforms,
    shown: alsoRef ? `the file ${shown} (for the git ref: refs/heads/${against})` : shown,
    spec: { path: shown, text },
  };
}

/** The environments that `--env` asked for; none where it asked for all. The other spec need not have them. */
function wantedOf({ platforms, environments }: LoadedPlatforms): readonly string[] {
  return platforms.length === environments.length ? [] : platforms.map(({ environment }) => environment);
}

async function readLocks(context: Context, { projectRoot, spec }: LoadedPlatforms): Promise<Baseline> {
  const out = join(projectRoot, 'generated');
  const inGit = (await runGit(context, projectRoot, ['rev-parse', '--is-inside-work-tree'])) !== null;
  return inGit ? readLocksOfHead(context, projectRoot, spec.path) : readLocksOnDisk(out, showPath(context, out));
}

async function readLocksOnDisk(out: string, shown: string): Promise<Baseline> {
  const locks: ReadLock[] = [];
  for (const name of listEnvironments(out)) {
    const file = join(out, name, lockName);
    // A first compile that was killed has left its folder without one.
    if (await exists(file)) locks.push(...readLock(await readFile(file, 'utf8'), `${shown}/${name}/${lockName}`));
  }
  return {
    platforms: locks.map(({ platform }) => platform),
    shown: `the locks in ${shown} (there is no git here)`,
    spec: null,
  };
}

async function readLocksOfHead(context: Context, projectRoot: string, specPath: string): Promise<Baseline> {
  const args = ['ls-tree', '-r', '-z', '--name-only', 'HEAD', '--', 'generated/'];
  const listing = await runGit(context, projectRoot, args);
  const lock = new RegExp(`^generated/[^/]+/${lockName.replaceAll('.', '\\.')}$`);
  const paths = (listing ?? '').split('\0').filter((path) => lock.test(path));
  const locks: ReadLock[] = [];
  for (const path of paths) {
    const text = await runGit(context, projectRoot, ['show', `HEAD:./${path}`]);
    if (text !== null) locks.push(...readLock(text, `HEAD:${path}`));
  }
  return {
    platforms: locks.map(({ platform }) => platform),
    shown: paths.length === 0 ? 'nothing: HEAD has no lock in generated/' : 'the locks in HEAD',
    spec: locks.length === 0 ? null : await findLockedSpec(context, specPath, locks),
  };
}

/** The spec in HEAD, where it is the one that the locks are of. */
async function findLockedSpec(
  context: Context,
  specPath: string,
  locks: readonly ReadLock[],
): Promise<SourceFile | null> {
  const found = await findSpecText(context, specPath, 'HEAD', null);
  if (typeof found === 'string') return null;
  const sha256 = hashText(found.text);
  return locks.every((lock) => lock.sha256 === sha256) ? { path: `HEAD:${found.path}`, text: found.text } : null;
}

interface ReadLock {
  readonly platform: Platform;
  /** Of the spec. */
  readonly sha256: string | null;
}

/** The model that a lock keeps; none where there has only been a compile of some targets. */
function readLock(text: string, shown: string): readonly ReadLock[] {
  const lock = parseLock(text, shown);
  if (lock?.lockVersion === 1 && lock.platform === null) return [];
  if (lock?.lockVersion !== 1 || lock.platform?.modelVersion !== 1) {
    throw new CommandError(2, `${shown} was written by another version of platform (${lock?.compiler ?? 'unknown'})`, {
      hint: 'compare with the spec itself, e.g. --against HEAD',
    });
  }
  return [{ platform: completeModel(lock.platform), sha256: lock.spec?.sha256 ?? null }];
}

interface Lock {
  readonly lockVersion?: number;
  readonly compiler?: string;
  readonly platform?: Platform | null;
  readonly spec?: { readonly sha256?: string };
}

function parseLock(text: string, shown: string): Lock | null {
  try {
    return JSON.parse(text) as Lock | null;
  } catch (cause) {
    throw new CommandError(2, `${shown} is not JSON (a merge conflict?)`, {
      hint: 'write it anew with platform compile --force (and commit it), or compare with the spec: --against HEAD',
      cause,
    });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

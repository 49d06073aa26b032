import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { SourceFile } from '../../diagnostic/source.ts';
import type { Platform } from '../../model/platform.ts';
import { CommandError, type Context } from '../context.ts';
import { resolveText } from '../load.ts';
import { runGit } from '../run-git.ts';

/** What a spec is compared with. */
export interface Baseline {
  readonly platforms: readonly Platform[];
  /** Where it is from, in words. */
  readonly shown: string;
  /** The spec that the platforms are of, where it is known: a lock has only its hash. */
  readonly spec: SourceFile | null;
}

/**
 * The spec as it was in a git ref: at its own path, at the one it was renamed from since, or with `REF:PATH` at any.
 * Only `environments` are read, all where none is named. Throws `CommandError` (exit 2) where git does not have it, `SpecError` where it has mistakes.
 */
export async function readSpecOfRef(
  context: Context,
  specPath: string,
  against: string,
  environments: readonly string[],
): Promise<Baseline> {
  const folder = dirname(await realpath(specPath));
  const [ref, ...named] = against.split(':');
  const commit = await findCommit(context, folder, ref ?? '');
  if (commit === null) throw await explainNoCommit(context, folder, against);
  const found = await findSpecText(context, specPath, commit, named.length > 0 ? named.join(':') : null);
  if (typeof found === 'string') throw explainNoSpec(ref ?? '', found);
  const shown = `${ref}:${found.path}`;
  const { platforms } = await resolveText(found.text, shown, environments);
  return { platforms, shown, spec: { path: shown, text: found.text } };
}

/** The text of a spec in a commit, at a path in it or else at its own, or at the one it was renamed from; else the path that was looked at. */
export async function findSpecText(
  context: Context,
  specPath: string,
  commit: string,
  named: string | null,
): Promise<SourceFile | string> {
  // Git knows where a file is, not where a link to it is.
  const path = await realpath(specPath);
  const folder = dirname(path);
  const prefix = (await runGit(context, folder, ['rev-parse', '--show-prefix']))?.trim() ?? '';
  const wanted = named ?? `${prefix}${basename(path)}`;
  const there = await readAt(context, folder, commit, wanted);
  if (there !== null) return there;
  const former = await findFormerPath(context, folder, commit, wanted);
  return (former === null ? null : await readAt(context, folder, commit, former)) ?? wanted;
}

/** The commit that a ref stands for, or null. */
export async function findCommit(context: Context, folder: string, ref: string): Promise<string | null> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
  return (await runGit(context, folder, args))?.trim() ?? null;
}

/** What a path that was renamed since a commit was called in it; null where git sees no rename. */
async function findFormerPath(context: Context, folder: string, commit: string, path: string): Promise<string | null> {
  const args = ['diff', '--find-renames', '--diff-filter=R', '--name-status', '-z', commit];
  const [...parts] = ((await runGit(context, folder, args)) ?? '').split('\0');
  for (let at = 0; at + 2 < parts.length; at += 3) if (parts[at + 2] === path) return parts[at + 1] ?? null;
  return null;
}

async function readAt(context: Context, folder: string, commit: string, path: string): Promise<SourceFile | null> {
  const text = await runGit(context, folder, ['show', `${commit}:${path}`]);
  return text === null ? null : { path, text };
}

async function explainNoCommit(context: Context, folder: string, against: string): Promise<CommandError> {
  const shallow = await runGit(context, folder, ['rev-parse', '--is-shallow-repository']);
  if (shallow === null)
    return new CommandError(2, `--against ${against}: there is no such file, and no git here`, {
      hint: 'name a spec file, or leave it out to compare with the locks on disk',
    });
  const hint =
    shallow.trim() === 'true'
      ? 'this clone is shallow: git fetch --unshallow (in GitHub Actions: actions/checkout with fetch-depth: 0)'
      : 'name a spec file, a branch, a tag or a commit; git fetch brings those of others';
  return new CommandError(2, `--against ${against}: there is no such file, and no such commit in git`, { hint });
}

function explainNoSpec(ref: string, path: string): CommandError {
  return new CommandError(2, `git has no ${ref}:${path}`, {
    hint: `the spec was not there yet, or had another path: say which with --against ${ref}:PATH`,
  });
}

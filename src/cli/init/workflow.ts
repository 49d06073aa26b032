import { readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { hashText } from '../../artifact/hash.ts';
import { renderGithubWorkflow } from '../../emit/ci/github.ts';
import { yamlValue } from '../../print/yaml.ts';
import { CommandError, type Context } from '../context.ts';
import { findRepository } from '../find-repository.ts';
import { renderCommand } from '../render-command.ts';
import { runGit } from '../run-git.ts';
import { showPath } from '../show-path.ts';
import { type PlannedFile, readIfThere } from './planned-file.ts';

export interface WorkflowOptions {
  /** As it was given: the command that a message names gives it again. */
  readonly spec?: string | undefined;
  /** Overwrite one that is not ours, or was edited since. */
  readonly force: boolean;
}

/**
 * The workflow that checks and compares each pull request, for the spec at `path` (absolute), which need not be there
 * yet. Throws `CommandError` (exit 2) where there is no repository or nothing that a workflow could install, and for a
 * workflow that is not ours or was edited.
 */
export async function planWorkflow(context: Context, path: string, options: WorkflowOptions): Promise<PlannedFile> {
  const root = findRepository(dirname(path));
  if (root === null)
    throw new CommandError(2, `${showPath(context, path)} is in no git repository`, {
      hint: 'git init, or go to where the repository is',
    });
  const place = (below: string) => placeInRepository(root, below);
  const spec = place(path);
  const name = await nameWorkflow(context, root, spec);
  const text = sign(
    renderGithubWorkflow({
      name,
      spec,
      install: place(await findInstall(dirname(path), root)),
      branch: await findBranch(context, root),
    }),
  );
  const file = locateWorkflow(root, name);
  const old = await readWorkflow(context, file);
  if (old !== null && old !== text && !isOurs(old) && !options.force)
    throw new CommandError(2, `${showPath(context, file)} is not written by platform, or was edited since`, {
      hint: `to overwrite it: ${renderCommand(['init', '--ci', 'github', '--force'], { spec: options.spec })}`,
    });
  return { path: file, text, isNew: old !== text };
}

/** A workflow of its own for each project of a repository, `platform` for the first one: its name, and its file's. */
async function nameWorkflow(context: Context, root: string, spec: string): Promise<string> {
  const project = spec.replace(/(^|\/)(spec\/)?[^/]+$/, '').replaceAll(/\W+/g, '-') || 'root';
  for (let turn = 0; ; turn++) {
    const name = ['platform', `platform-${project}`][turn] ?? `platform-${project}-${turn}`;
    const text = await readWorkflow(context, locateWorkflow(root, name));
    const isAnothers = text?.startsWith(signature) === true && !text.includes(`\n  SPEC: ${yamlValue(spec).text}\n`);
    if (!isAnothers) return name;
  }
}

const locateWorkflow = (root: string, name: string): string => join(root, '.github/workflows', `${name}.yaml`);

/** Null where there is none. With LF, whatever git made of it. */
async function readWorkflow(context: Context, file: string): Promise<string | null> {
  return (await readIfThere(context, file))?.replaceAll('\r\n', '\n') ?? null;
}

const signature = '# Written by `platform init --ci github`, which leaves it alone once it is edited. sha256: ';

/** The text below a line that tells, by the text's hash, whether it was edited since. */
function sign(text: string): string {
  return `${signature}${hashText(text)}\n${text}`;
}

function isOurs(text: string): boolean {
  const end = text.indexOf('\n');
  return text.slice(0, end) === `${signature}${hashText(text.slice(end + 1))}`;
}

/** As the workflow names it. A name that its shell or GitHub's expressions would read as more than a name is refused. */
function placeInRepository(root: string, path: string): string {
  const place = relative(root, path).split(sep).join('/') || '.';
  if (!/^[\w@%+=:,./ -]+$/.test(place) || place.startsWith('-'))
    throw new CommandError(2, `a workflow cannot name ${JSON.stringify(place)}`, {
      hint: 'give the folder or file a name of letters, digits and - _ . only',
    });
  return place;
}

/** The nearest folder, up to the repository's root, whose package.json is platform's own or depends on it. */
async function findInstall(from: string, root: string): Promise<string> {
  for (let folder = from; ; folder = dirname(folder)) {
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
    if (bringsPlatform(text)) return folder;
    if (folder === root) break;
  }
  throw new CommandError(2, 'no package.json here brings platform, so a workflow could not install it', {
    hint: 'platform is on no registry: work in a clone of it, or npm install --save-dev its git address, and commit package-lock.json',
  });
}

function bringsPlatform(text: string): boolean {
  try {
    const { name, dependencies, devDependencies } = JSON.parse(text);
    return name === 'platform' || 'platform' in { ...dependencies, ...devDependencies };
  } catch {
    return false;
  }
}

/** The remote's own default branch, as far as this clone knows it; else `master` where there is that and no `main`. */
async function findBranch(context: Context, root: string): Promise<string> {
  const head = await runGit(context, root, ['symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD']);
  if (head !== null) return head.trim().replace(/^origin\//, '');
  const named = await runGit(context, root, ['branch', '--all', '--format=%(refname:lstrip=-1)']);
  const names = new Set(named?.split('\n'));
  return names.has('master') && !names.has('main') ? 'master' : 'main';
}

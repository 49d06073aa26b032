import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { hashText } from '../../artifact/hash.ts';
import { renderGithubWorkflow } from '../../emit/ci/github.ts';
import { yamlValue } from '../../print/yaml.ts';
import { CommandError, type Context, type ExitCode } from '../context.ts';
import { findRepository } from '../find-repository.ts';
import { findSpec } from '../find-spec.ts';
import { renderCommand } from '../render-command.ts';
import { runGit } from '../run-git.ts';
import { showPath } from '../show-path.ts';

export interface InitOptions {
  readonly spec?: string | undefined;
  readonly ci?: 'github' | undefined;
  readonly force: boolean;
  readonly format: 'pretty' | 'json';
}

/** `platform init --ci github`: writes the workflow that checks and compares each pull request. */
export async function runInit(context: Context, options: InitOptions): Promise<ExitCode> {
  if (options.ci === undefined)
    throw new CommandError(2, 'init makes no spec yet, only a workflow: --ci github', {
      hint: 'copy spec/platform.yaml or one of the examples/ and change it',
    });
  const { path } = findSpec(context, options.spec);
  if (!existsSync(path)) throw new CommandError(2, `cannot read ${showPath(context, path)}: there is no such file`);
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
  const written = await writeWorkflow(context, file, text, options);
  const shown = showPath(context, file);
  const said = written ? 'written: commit it, and the next pull request is checked' : 'is as it would be written';
  context.stdout.write(
    options.format === 'json' ? `${JSON.stringify({ file: shown, written })}\n` : `${shown} ${said}\n`,
  );
  return 0;
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
  try {
    return (await readFile(file, 'utf8')).replaceAll('\r\n', '\n');
  } catch (error) {
    const cause = error as NodeJS.ErrnoException;
    if (cause.code === 'ENOENT') return null;
    throw new CommandError(2, `cannot read ${showPath(context, file)}: ${cause.message}`, { cause });
  }
}

/** False where the file is that already. Throws `CommandError` for one that is not ours, or was edited. */
async function writeWorkflow(context: Context, file: string, text: string, options: InitOptions): Promise<boolean> {
  const shown = showPath(context, file);
  const old = await readWorkflow(context, file);
  if (old === text) return false;
  if (old !== null && !isOurs(old) && !options.force)
    throw new CommandError(2, `${shown} is not written by platform, or was edited since`, {
      hint: `to overwrite it: ${renderCommand(['init', '--ci', 'github', '--force'], { spec: options.spec })}`,
    });
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  } catch (cause) {
    throw new CommandError(2, `cannot write ${shown}: ${(cause as Error).message}`, { cause });
  }
  return true;
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

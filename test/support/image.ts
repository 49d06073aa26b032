import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findTestCache } from './cache.ts';
import { withLock } from './lock.ts';
import { findNode24 } from './node24.ts';
import { npmTool } from './npm-tool.ts';
import { projectRoot } from './root.ts';
import { type RunResult, runOrThrow, runProcess } from './run.ts';

/** The runner's image, laid out in a folder. */
export interface ImageTree {
  readonly root: string;
  readonly config: ImageConfig;
}

/** What the OCI image specification calls the config. */
export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Cmd: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly WorkingDir: string;
  readonly Labels: Readonly<Record<string, string>>;
}

export interface ImageRun {
  /** Added to the image's own environment, as a manifest's `env` is. */
  readonly env?: Readonly<Record<string, string>>;
  /** As `readOnlyRootFilesystem` does it, with an empty folder at /tmp. */
  readonly readOnly?: boolean;
  /** Folders of this machine, by where the command finds them. */
  readonly mounts?: Readonly<Record<string, string>>;
  /** The folder it starts in; left out, the image's own. */
  readonly folder?: string;
  /** A socket of this machine that 127.0.0.1:5432 leads to. Nothing else of any network is reached. */
  readonly socket?: string;
}

const folder = join(projectRoot, 'test/image');
const npm = { name: 'npm', version: '11.21.2' } as const;

/**
 * What `image/Dockerfile` makes: its commands really run, in chroots, on stand-ins for the two base images
 * (test/image/build-image.sh). Kept for the same sources; made anew it takes two minutes on a quiet machine. The suite
 * needs `buildah`, `mmdebstrap` and `namespaces`.
 */
export async function buildImageTree(): Promise<ImageTree> {
  const cache = findTestCache();
  const kept = join(cache, `image-${hashSources()}`);
  await withLock(join(cache, 'image.lock'), async () => {
    if (!existsSync(kept)) await buildTree(kept, join(cache, 'image-store'));
  });
  const image = JSON.parse(await readFile(join(kept, 'image.json'), 'utf8')) as { OCIv1: { config: ImageConfig } };
  return { root: join(kept, 'root'), config: image.OCIv1.config };
}

async function buildTree(kept: string, store: string): Promise<void> {
  // A run that was killed has left its own; each is half a gigabyte, as are those of other sources.
  const old = readdirSync(findTestCache()).filter((name) => /^image-[0-9a-f]{16}(\.making)?$/.test(name));
  for (const name of old) await rm(join(findTestCache(), name), { recursive: true, force: true });
  const making = `${kept}.making`;
  const programs = [await findNode24(), await npmTool(npm)];
  await runOrThrow(join(folder, 'build-image.sh'), [making, store, ...programs], { timeout: 900_000 });
  await rename(making, kept);
}

/** Of all that the image is made of: what image/Dockerfile copies, and the stand-ins. */
function hashSources(): string {
  const folders = ['docs/diagnostics', 'image', 'schema', 'scripts', 'src', 'templates', 'test/image'];
  const files = ['.dockerignore', 'LICENSE', 'package-lock.json', 'package.json', 'spec/platform.yaml'];
  const inFolders = folders.flatMap((name) =>
    readdirSync(join(projectRoot, name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.(generated|test)\.ts$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const hash = createHash('sha256');
  for (const path of [...files, 'tsconfig.json', 'tsconfig.build.json'].map((name) => join(projectRoot, name)))
    hash.update(readFileSync(path));
  for (const path of inFolders.sort()) hash.update(`${path}\0`).update(readFileSync(path));
  return hash.digest('hex').slice(0, 16);
}

/** Runs a command in the image as the image's user. The tree stays as it is: what the command writes is gone afterwards. */
export async function runInImage(tree: ImageTree, command: readonly string[], run: ImageRun = {}): Promise<RunResult> {
  const { User, Env, WorkingDir } = tree.config;
  const own = Object.entries(run.env ?? {}).map(([name, value]) => `${name}=${value}`);
  const mounts = Object.entries(run.mounts ?? {}).map(([there, here]) => `${here}:${there}`);
  const namespaces = ['--mount', '--net', '--pid', '--ipc', '--uts', '--fork', '--kill-child'];
  const place = [tree.root, User, run.folder ?? WorkingDir];
  return await runProcess('unshare', [...namespaces, join(folder, 'in-image.sh'), ...place, ...command], {
    env: {
      PATH: process.env['PATH'],
      IMAGE_ENV: [...Env, ...own].join('\n'),
      IMAGE_MOUNTS: mounts.join('\n'),
      IMAGE_READ_ONLY: run.readOnly === true ? '1' : '',
      IMAGE_SOCKET: run.socket ?? '',
      IMAGE_NODE: process.execPath,
    },
  });
}

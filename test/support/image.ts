import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
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
  /** Sockets of this machine, by the port of 127.0.0.1 that leads to each. Nothing else of any network is reached. */
  readonly sockets?: Readonly<Record<number, string>>;
  /** Milliseconds; 120,000 unless told. */
  readonly timeout?: number;
}

const folder = join(projectRoot, 'test/image');
const npm = { name: 'npm', version: '11.21.2' } as const;

/** Ends with us, and all that it starts and mounts with it, however we end. */
const apart = ['--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

/**
 * What `image/Dockerfile` makes: its commands really run, in chroots, on stand-ins for the two base images
 * (test/image/build-image.sh). Kept for the same sources, with 0.7 GB, and 0.2 GB of Debian; made anew it takes two
 * minutes on a quiet machine, and 2 GB until it is there. The suite needs `buildah`, `mmdebstrap` and `namespaces`.
 */
export async function buildImageTree(): Promise<ImageTree> {
  const cache = findTestCache();
  const kept = join(cache, `image-${hashSources()}`);
  await withLock(join(cache, 'image.lock'), async () => {
    if (existsSync(kept)) return;
    await removeOld(cache);
    await buildImage(`${kept}.making`);
    await rename(`${kept}.making`, kept);
  });
  const image = JSON.parse(await readFile(join(kept, 'image.json'), 'utf8')) as { OCIv1: { config: ImageConfig } };
  return { root: join(kept, 'root'), config: image.OCIv1.config };
}

/** A run that was killed has left its own, and other sources theirs: no test takes as long as an hour. */
async function removeOld(cache: string): Promise<void> {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    const isOld = /^image-[0-9a-f]{16}$/.test(name) && statSync(path).mtimeMs < Date.now() - 3_600_000;
    if (isOld || /^image-[0-9a-f]{16}\.making$/.test(name)) await rm(path, { recursive: true, force: true });
  }
}

async function buildImage(out: string): Promise<void> {
  const debian = join(findTestCache(), 'debian-12-python.tar');
  const programs = [await findNode24(), await npmTool(npm)];
  const build = [...apart, join(folder, 'build-image.sh'), out, debian, ...programs];
  try {
    await runOrThrow('setpriv', build, { timeout: 900_000 });
  } finally {
    await rm(join(out, 'store'), { recursive: true, force: true });
  }
}

/** Of all that the image is made of: what image/Dockerfile copies, and the stand-ins. */
function hashSources(): string {
  const folders = ['docs/diagnostics', 'image', 'schema', 'scripts', 'src', 'templates', 'test/image'];
  const files = ['.dockerignore', 'LICENSE', 'package-lock.json', 'package.json', 'spec/platform.yaml'];
  const inFolders = folders.flatMap((name) =>
    readdirSync(join(projectRoot, name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.(generated|test)\.ts$/.test(entry.name))
      .map((entry) => relative(projectRoot, join(entry.parentPath, entry.name))),
  );
  const hash = createHash('sha256');
  for (const path of [...files, 'tsconfig.json', 'tsconfig.build.json', ...inFolders].sort())
    hash.update(`${path}\0`).update(readFileSync(join(projectRoot, path)));
  return hash.digest('hex').slice(0, 16);
}

/** Runs a command in the image as the image's user. The tree stays as it is: what the command writes is gone afterwards. */
export async function runInImage(tree: ImageTree, command: readonly string[], run: ImageRun = {}): Promise<RunResult> {
  const { User, Env, WorkingDir } = tree.config;
  const own = Object.entries(run.env ?? {}).map(([name, value]) => `${name}=${value}`);
  const mounts = Object.entries(run.mounts ?? {}).map(([there, here]) => `${here}:${there}`);
  const sockets = Object.entries(run.sockets ?? {}).map(([port, socket]) => `${port}:${socket}`);
  const place = [tree.root, User, run.folder ?? WorkingDir];
  const inImage = [...apart, '--net', '--ipc', '--uts', join(folder, 'in-image.sh'), ...place, ...command];
  return await runProcess('setpriv', inImage, {
    ...(run.timeout === undefined ? {} : { timeout: run.timeout }),
    env: {
      PATH: process.env['PATH'],
      IMAGE_ENV: [...Env, ...own].join('\n'),
      IMAGE_MOUNTS: mounts.join('\n'),
      IMAGE_READ_ONLY: run.readOnly === true ? '1' : '',
      IMAGE_SOCKETS: sockets.join('\n'),
      IMAGE_NODE: process.execPath,
    },
  });
}

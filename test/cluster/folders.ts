import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { emitManifests, platforms } from '../emit/kubernetes.platforms.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

/** A folder for `kubectl apply -k`. */
export interface ManifestFolder {
  /** A committed folder's path from the repository's root, or a test platform's name. */
  readonly name: string;
  readonly path: string;
}

/** Every committed folder of manifests, found by its kustomization, and that of every test platform. */
export function listManifestFolders(): readonly ManifestFolder[] {
  return [...listCommittedFolders(), ...writeTestPlatforms()];
}

function listCommittedFolders(): readonly ManifestFolder[] {
  return ['generated', 'examples'].flatMap((root) =>
    readdirSync(join(projectRoot, root), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('/kustomization.yaml'))
      .map((path) => join(root, dirname(path)))
      .sort()
      .map((name) => ({ name, path: join(projectRoot, name) })),
  );
}

function writeTestPlatforms(): readonly ManifestFolder[] {
  const root = makeTemporaryFolder('manifests');
  return Object.entries(platforms).map(([name, parts], index) => {
    const folder = join(root, String(index));
    for (const { path, text } of emitManifests(parts)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return { name, path: join(folder, 'terraform/kubernetes') };
  });
}

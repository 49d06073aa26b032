import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { projectRoot } from '../support/root.ts';

/** How an Auth Proxy is started somewhere in what compile writes. */
export interface ProxyCommand {
  /** The files that have it. */
  readonly places: readonly string[];
  readonly args: readonly string[];
}

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** Every compiled file of the sample and the examples that may name a proxy. */
export function listCommittedFiles(): readonly TextFile[] {
  return ['generated', 'examples'].flatMap((root) =>
    readdirSync(join(projectRoot, root), { recursive: true, encoding: 'utf8' })
      .map((path) => join(root, path))
      .filter((path) => /generated\/.*\.(yaml|md|tf)$/.test(path))
      .map((path) => ({ path, text: readFileSync(join(projectRoot, path), 'utf8') })),
  );
}

/** Each way that the files start a proxy, once. */
export function findProxyCommands(files: readonly TextFile[]): readonly ProxyCommand[] {
  const found = new Map<string, { places: string[]; args: readonly string[] }>();
  for (const { path, text } of files) {
    for (const args of path.endsWith('.yaml') ? findInManifests(text) : findInWords(text)) {
      const key = JSON.stringify(args);
      const known = found.get(key) ?? { places: [], args };
      known.places.push(path);
      found.set(key, known);
    }
  }
  return [...found.values()];
}

/** A container's `args`, and those within the CEL of an admission policy. */
function findInManifests(text: string): readonly (readonly string[])[] {
  const manifests = parseAllDocuments(text).map((document): unknown => document.toJS());
  return manifests.flatMap((manifest) => walk(manifest));
}

function walk(value: unknown): readonly (readonly string[])[] {
  if (typeof value === 'string') return findInCel(value);
  if (typeof value !== 'object' || value === null) return [];
  const { image, args } = value as { image?: unknown; args?: readonly string[] };
  const own = isProxyImage(image) && args !== undefined ? [args] : [];
  return [...own, ...Object.values(value).flatMap((inner: unknown) => walk(inner))];
}

function isProxyImage(image: unknown): boolean {
  return typeof image === 'string' && image.includes('/cloud-sql-proxy');
}

function findInCel(expression: string): readonly (readonly string[])[] {
  if (!/image: ".*\/cloud-sql-proxy/.test(expression)) return [];
  return [...expression.matchAll(/\bargs: (\[[^\]]*\])/g)].map(([, list = '']) => JSON.parse(list) as string[]);
}

/** A line of a shell, or Terraform's output of one; what Terraform fills in stands as a word. */
function findInWords(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/\bcloud-sql-proxy( -[^"`\n]*)/g)].map(([, words = '']) =>
    words
      .replaceAll(/\$\{local\.\w*port\}/g, '5432')
      .replaceAll(/\$\{.*?connection_name\}/g, 'acme-earth:europe-west1:platform-postgres')
      .trim()
      .split(' '),
  );
}

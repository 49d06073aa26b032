import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse as parseHcl } from '@cdktf/hcl2json';
import { PGlite } from '@electric-sql/pglite';
import { parseAllDocuments } from 'yaml';
import type { Artifact } from '../../src/artifact/artifact.ts';
import { findProgram } from '../support/programs.ts';
import { runOrThrow } from '../support/run.ts';

/** Every text that an artifact holds, by a name of its place that stays when the text changes. */
export type Reading = ReadonlyMap<string, string>;

type Reader = (artifact: Artifact) => Promise<Reading>;

export function hasReader(path: string): boolean {
  return readers.some(([pattern]) => pattern.test(path));
}

/** Reads an artifact as the program does that it is for. Throws where it has no reader. */
export async function readArtifact(artifact: Artifact): Promise<Reading> {
  const found = readers.find(([pattern]) => pattern.test(artifact.path));
  if (found === undefined) throw new Error(`no reader of ${artifact.path}`);
  return found[1](artifact);
}

const readers: readonly (readonly [RegExp, Reader])[] = [
  [/^configs\/metaflow_gcp\.yaml$/, readEnvironment],
  [/\.tf$/, readHcl],
  [/\.ya?ml$/, async ({ text }) => flatten(Object.fromEntries(parseAllDocuments(text).map(readDocument)))],
  [/\.json$/, async ({ text }) => flatten(JSON.parse(text))],
  [/^sql\/pgstac-4-settings\.sql$/, readSettings],
  [/\/startup-pgstac\.sh$/, readShell],
];

async function readHcl({ path, text }: Artifact): Promise<Reading> {
  const reading = flatten(await parseHcl(path, text));
  // hcl2json writes a template back for each string it has read: `${` and `%{` doubled again.
  return new Map([...reading].map(([place, value]) => [place, value.replace(/([$%])\1(?=\{)/g, '$1')]));
}

/** A manifest goes by its kind and name, without the hash of what is in it: its place in a file may depend on a text. */
function readDocument(document: ReturnType<typeof parseAllDocuments>[number], index: number): [string, unknown] {
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw problem;
  const data = document.toJS();
  const { name, namespace = '' } = data?.metadata ?? {};
  return [name === undefined ? `${index}` : `${data.kind} ${namespace} ${name.replace(/-[0-9a-f]{10}$/, '')}`, data];
}

/** What the user guide's own line makes of it, in bash. */
async function readEnvironment({ text }: Artifact): Promise<Reading> {
  const folder = await mkdtemp(join(tmpdir(), 'platform-env-'));
  try {
    await writeFile(join(folder, 'f'), text);
    const env = { PATH: process.env['PATH'] };
    const script = 'export $(cat f | xargs) && printenv -0';
    const { stdout } = await runOrThrow('bash', ['-c', script], { cwd: folder, env });
    const lines = stdout.split('\0').filter((line) => /^[A-Z]/.test(line) && !/^(PWD|OLDPWD|SHLVL|PATH)=/.test(line));
    return new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  } finally {
    await rm(folder, { recursive: true });
  }
}

let database: Promise<PGlite> | undefined;

export async function closeReaders(): Promise<void> {
  await (await database)?.close();
}

/** Runs the script on the table it is for, and gives the rows. */
async function readSettings({ text }: Artifact): Promise<Reading> {
  database ??= PGlite.create();
  const opened = await database;
  await opened.exec(`DROP SCHEMA IF EXISTS pgstac CASCADE; DROP ROLE IF EXISTS pgstac_admin; CREATE ROLE pgstac_admin;
    CREATE SCHEMA pgstac AUTHORIZATION pgstac_admin; SET ROLE pgstac_admin;
    CREATE TABLE pgstac.pgstac_settings (name text PRIMARY KEY, value text NOT NULL); RESET ROLE;`);
  await opened.exec(text);
  const hex = "encode(convert_to(value, 'UTF8'), 'hex') AS value";
  const { rows } = await opened.query<{ name: string; value: string }>(
    `SELECT name, ${hex} FROM pgstac.pgstac_settings`,
  );
  return new Map(rows.map(({ name, value }) => [name, Buffer.from(value, 'hex').toString()]));
}

/**
 * Where the spec's own texts are a command's words: bash runs such a line with the command replaced by one that prints
 * them, and with nothing on its PATH. Other lines are read as they stand.
 */
async function readShell({ text }: Artifact): Promise<Reading> {
  const entries = text.split('\n').map(async (line, index): Promise<[string, string]> => {
    if (!/^ *curl .*--output/.test(line)) return [`${index}`, line];
    const script = `curl() { printf '%s\\0' "$@"; }; fail() { :; }\n${line}\n`;
    const shell = ['--norc', '--noprofile', '-c', script];
    return [`${index}`, (await runOrThrow(findProgram('bash') ?? 'bash', shell, { env: { PATH: '/nowhere' } })).stdout];
  });
  return new Map(await Promise.all(entries));
}

function flatten(value: unknown, place = ''): Reading {
  if (typeof value !== 'object' || value === null)
    return new Map([[place, typeof value === 'string' ? value : JSON.stringify(value)]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...flatten(inner, `${place}/${key}`)]));
}

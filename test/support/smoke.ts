import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { RunResult } from './run.ts';
import { makeTemporaryFolder } from './temporary.ts';

/** `platform ARGS…`, run in a folder. */
export type RunPlatform = (args: readonly string[], folder: string) => Promise<RunResult>;

/** A project of its own: a copy of the sample spec and its items, taken from the folder that holds `spec/`. */
export async function copySample(from: string): Promise<string> {
  const folder = makeTemporaryFolder('project');
  await cp(join(from, 'spec'), join(folder, 'spec'), { recursive: true });
  return folder;
}

/** How many items such a copy has. */
export async function countItems(folder: string): Promise<number> {
  return (await readFile(join(folder, 'spec/items/items.ndjson'), 'utf8')).trimEnd().split('\n').length;
}

/** The main job in such a copy: compile, check, make the embedded database, ingest, ingest again. */
export async function smokePlatform(platform: RunPlatform, folder: string): Promise<void> {
  const items = await countItems(folder);

  expect(await platform(['compile'], folder)).toMatchObject({ code: 0, stderr: '' });
  expect(await readFile(join(folder, 'generated/default/terraform/instance.tf'), 'utf8')).toContain(
    'google_sql_database_instance',
  );
  expect(await platform(['compile', '--check'], folder)).toMatchObject({ code: 0 });

  expect(await platform(['db', 'init'], folder)).toMatchObject({ code: 0 });
  expect(await ingest(platform, folder)).toMatchObject({ read: items, loaded: items, unchanged: 0, quarantined: 0 });
  expect(await ingest(platform, folder)).toMatchObject({ read: items, loaded: 0, unchanged: items, quarantined: 0 });
  expect(await platform(['verify'], folder)).toMatchObject({ code: 0 });
}

/** A misspelt key: exit 2, its place, and no stack trace. */
export async function smokeMistake(platform: RunPlatform, folder: string): Promise<void> {
  const spec = join(folder, 'spec/platform.yaml');
  const text = await readFile(spec, 'utf8');
  await writeFile(spec, text.replace('\nhosting:', '\nhostign:'));
  const line = text.slice(0, text.indexOf('\nhosting:')).split('\n').length + 1;
  const refused = await platform(['validate'], folder);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain(`spec/platform.yaml:${line}:1`);
  expect(refused.stderr).not.toContain('    at ');
}

async function ingest(platform: RunPlatform, folder: string): Promise<unknown> {
  const { code, stdout, stderr } = await platform(['ingest', '--format', 'json'], folder);
  if (code !== 0) throw new Error(`platform ingest: exit ${code}\n${stdout}${stderr}`);
  // The summary is the last object, after whatever came before it.
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n{') + 1));
}

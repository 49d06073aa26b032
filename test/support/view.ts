import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ViewDocument } from '../../src/view/document.ts';
import { runCli } from './cli.ts';
import { makeTemporaryFolder } from './temporary.ts';

/** The data that stands in the text of a page. */
export function readPageData(page: string): ViewDocument {
  const found = /<script type="application\/json" id="document">(.*?)<\/script>/s.exec(page);
  return JSON.parse(found?.[1] ?? '') as ViewDocument;
}

export interface WrittenPage {
  /** Absolute. */
  readonly file: string;
  readonly text: string;
  readonly data: ViewDocument;
}

/** What `platform view ARGS…` writes of the spec of a folder. */
export async function writePage(cwd: string, args: readonly string[] = []): Promise<WrittenPage> {
  const file = join(makeTemporaryFolder('page'), 'view.html');
  const { code, stderr } = await runCli(['view', '--out', file, ...args], { cwd });
  if (code !== 0) throw new Error(`exit ${code}\n${stderr}`);
  const text = readFileSync(file, 'utf8');
  return { file, text, data: readPageData(text) };
}

import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { renderPage } from '../../view/render-page.ts';
import { CommandError, type Context, type ExitCode } from '../context.ts';
import { loadPlatforms } from '../load.ts';
import type { Format } from '../report.ts';
import { showPath } from '../show-path.ts';
import { makeDocument } from '../view/make-document.ts';
import { readPageCode } from '../view/read-page-code.ts';

export interface ViewOptions {
  readonly spec?: string | undefined;
  readonly env?: string | undefined;
  /** What the changes are against: `lock` (also when left out), a git ref of the spec, or a spec file. */
  readonly against?: string | undefined;
  /** Left out: `.platform/view.html` in the project's folder, which is in no repository. */
  readonly out?: string | undefined;
  /** Items that are drawn for each environment, at most. */
  readonly items: number;
  readonly format: Format;
}

/** Writes one HTML file that shows the platform, and says where it is. Reads only, but for that file. */
export async function runView(context: Context, options: ViewOptions): Promise<ExitCode> {
  const loaded = await loadPlatforms(context, {
    spec: options.spec,
    env: options.env === undefined ? [] : [options.env],
  });
  const page = renderPage(await makeDocument(context, loaded, options), await readPageCode());
  const path =
    options.out === undefined ? join(loaded.projectRoot, '.platform', 'view.html') : resolve(context.cwd, options.out);
  await writePage(context, path, page);
  const file = showPath(context, path);
  const bytes = Buffer.byteLength(page);
  if (options.format === 'json') context.stdout.write(`${JSON.stringify({ file, bytes }, null, 2)}\n`);
  else context.stdout.write(`${file} (${Math.ceil(bytes / 1024)} KB): open it in a browser\n`);
  return 0;
}

/** By rename, so that a browser that reloads never sees half of it. */
async function writePage(context: Context, path: string, page: string): Promise<void> {
  const staged = `${path}.${process.pid}.new`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(staged, page);
    await rename(staged, path);
  } catch (cause) {
    await rm(staged, { force: true });
    throw new CommandError(2, `cannot write ${showPath(context, path)}: ${(cause as Error).message}`, {
      hint: 'name another file with --out',
      cause,
    });
  }
}

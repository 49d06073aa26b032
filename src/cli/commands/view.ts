import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { maskText } from '../../diagnostic/mask-text.ts';
import type { Platform } from '../../model/platform.ts';
import { compilerVersion } from '../../version.generated.ts';
import type { ViewDocument, ViewEnvironment } from '../../view/document.ts';
import { renderPage } from '../../view/render-page.ts';
import { CommandError, type Context, type ExitCode } from '../context.ts';
import { type LoadedPlatforms, loadPlatforms } from '../load.ts';
import type { Format } from '../report.ts';
import { showPath } from '../show-path.ts';
import { readIngested } from '../view/read-ingested.ts';
import { readPageCode } from '../view/read-page-code.ts';

export interface ViewOptions {
  readonly spec?: string | undefined;
  readonly env?: string | undefined;
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

async function makeDocument(context: Context, loaded: LoadedPlatforms, options: ViewOptions): Promise<ViewDocument> {
  const { spec, platforms } = loaded;
  const environments: ViewEnvironment[] = [];
  // One after another: an embedded database takes a core and a gigabyte.
  for (const platform of platforms) environments.push(await viewEnvironment(context, loaded, platform, options));
  return {
    name: platforms[0]?.name ?? '',
    compiler: compilerVersion,
    made: context.now().toISOString(),
    spec: { path: spec.shown, lines: maskText(spec.text).split('\n') },
    environments,
  };
}

async function viewEnvironment(
  context: Context,
  loaded: LoadedPlatforms,
  platform: Platform,
  options: ViewOptions,
): Promise<ViewEnvironment> {
  const { environment, prefix, gcp } = platform;
  const env = loaded.environments.length > 1 ? environment : options.env;
  const ingested = await readIngested(
    context,
    { ...loaded, platform, given: { spec: options.spec, env } },
    options.items,
  );
  return { name: environment, prefix, project: gcp.project, region: gcp.region, ingested };
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

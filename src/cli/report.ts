import { relative, resolve, sep } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Report } from '../diagnostic/report.ts';
import type { Context } from './context.ts';
import { findRepository } from './find-repository.ts';

export type Format = 'pretty' | 'json';
/** Of the commands that find mistakes in files: those that a pull request's page shows at their lines, too. */
export type CheckFormat = Format | 'sarif' | 'github';

/** Prints what was found as SARIF or as GitHub's workflow commands; paths count from the root of the repository. */
export async function printReport(context: Context, format: 'sarif' | 'github', report: Report): Promise<void> {
  const placed = placeInRepository(context, report);
  if (format === 'github') {
    const { formatGithub } = await import('../diagnostic/github.ts');
    context.stdout.write(formatGithub(placed));
    return;
  }
  const { formatSarif } = await import('../diagnostic/sarif.ts');
  const { pages } = await import('../diagnostic/pages.generated.ts');
  const { compilerVersion } = await import('../version.generated.ts');
  context.stdout.write(formatSarif(placed, { version: compilerVersion, pages }));
}

/** Prints the mistakes or warnings of a spec: for people to stderr, for programs to stdout. */
export async function printDiagnostics(
  context: Context,
  format: CheckFormat,
  diagnostics: readonly Diagnostic[],
  { sources, exitCode }: { readonly sources: ReadonlyMap<string, string>; readonly exitCode: number },
): Promise<void> {
  if (format !== 'pretty' && format !== 'json') {
    await printReport(context, format, { diagnostics, files: [], failure: null, exitCode });
  } else if (format === 'json' || diagnostics.length > 0) {
    const { diagnosticsToJson, formatDiagnostics } = await import('../diagnostic/format.ts');
    if (format === 'json') context.stdout.write(diagnosticsToJson(diagnostics));
    else context.stderr.write(formatDiagnostics(diagnostics, sources, context.stderr.color));
  }
}

/** Paths are shown from the current folder; who reads a report may have started elsewhere, and knows the repository only. */
function placeInRepository(context: Context, report: Report): Report {
  const root = findRepository(resolve(context.cwd)) ?? resolve(context.cwd);
  const place = (file: string) => {
    const path = resolve(context.cwd, file);
    const below = relative(root, path).split(sep).join('/');
    return below === '..' || below.startsWith('../') ? path.split(sep).join('/') : below;
  };
  return {
    ...report,
    diagnostics: report.diagnostics.map((diagnostic) => ({
      ...diagnostic,
      file: place(diagnostic.file),
      ...(diagnostic.related && {
        related: diagnostic.related.map((other) => ({ ...other, file: place(other.file) })),
      }),
    })),
    files: report.files.map((found) => ({ ...found, file: place(found.file) })),
  };
}

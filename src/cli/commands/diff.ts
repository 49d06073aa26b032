import { formatDiagnostics } from '../../diagnostic/format.ts';
import { type Paste, writeAcknowledgements } from '../../diff/format/acknowledgements.ts';
import { formatJson } from '../../diff/format/json.ts';
import { formatMarkdown, longestComment } from '../../diff/format/markdown.ts';
import { formatPretty } from '../../diff/format/pretty.ts';
import { nameChange, type Report } from '../../diff/report.ts';
import type { Threshold } from '../../diff/severity.ts';
import { CommandError, type Context, type ExitCode } from '../context.ts';
import { type LoadedPlatforms, loadPlatforms } from '../load.ts';
import { type Compared, compareSpecs, dayOf } from './compare-specs.ts';
import { foldHunks, formatHunks } from './diff-hunks.ts';
import type { TracedOrigin } from './diff-trace.ts';

export interface DiffOptions {
  readonly spec?: string | undefined;
  /** `lock` (also when left out), a git ref of the spec, a spec file, or `live`: what runs. */
  readonly against?: string | undefined;
  readonly env?: readonly string[] | undefined;
  /** Exit 1 where there are changes. */
  readonly exitCode: boolean;
  /** Exit 1 where a change is at least so bad and not acknowledged. */
  readonly failOn?: Threshold | undefined;
  /** Show what each change writes in the artifacts. */
  readonly hunks?: boolean | undefined;
  /** Write what runs into the spec, as far as it can say it; only with `live`. */
  readonly adopt?: boolean | undefined;
  readonly format: 'pretty' | 'json' | 'markdown';
}

/** How long what diff proposes to acknowledge would be so, in days. */
const proposedDays = 30;

/** Says what a change of the spec does to the running platform. */
export async function runDiff(context: Context, options: DiffOptions): Promise<ExitCode> {
  const isLive = options.against === 'live';
  if (options.adopt === true && !isLive) throw new CommandError(2, '--adopt is of what runs: --against live');
  const read = await loadPlatforms(context, options);
  const compared = await (isLive ? compareLive : compareSpecs)(context, read, options);
  const { report, shown, origins, loaded } = compared;
  const paste = writeAcknowledgements(report, proposePaste(context, loaded));
  if (options.format !== 'json') writeTalk(context, loaded, shown, report);
  context.stdout.write(formatReport(report, paste, options.hunks === true ? origins : null, context, options.format));
  writeFailing(context, report, paste);
  const failed = report.changes.some(({ fails }) => fails);
  return failed || (options.exitCode && report.changes.length > 0) ? 1 : 0;
}

async function compareLive(context: Context, loaded: LoadedPlatforms, options: DiffOptions): Promise<Compared> {
  const { adoptLive, askLive, reportLive } = await import('./diff-live.ts');
  const answers = await askLive(context, loaded);
  const { now, adopted } = options.adopt === true ? await adoptLive(loaded, answers) : { now: loaded, adopted: [] };
  for (const line of adopted) context.stderr.write(`adopted ${line}\n`);
  const report = await reportLive(context, now, { answers, adopted, failOn: options.failOn ?? null });
  return { report, shown: 'what the Cloud SQL Admin API shows', origins: [], loaded: now };
}

function formatReport(
  report: Report,
  paste: string | null,
  hunks: readonly TracedOrigin[] | null,
  { stdout: { color } }: Context,
  format: DiffOptions['format'],
): string {
  switch (format) {
    case 'json':
      return formatJson(report, paste, hunks);
    case 'markdown': {
      const text = formatMarkdown(report, paste);
      return `${text}${hunks === null ? '' : foldHunks(hunks, longestComment - text.length)}`;
    }
    case 'pretty':
      return `${formatPretty(report, color)}${hunks === null ? '' : formatHunks(hunks, color)}`;
    default:
      return format satisfies never;
  }
}

function proposePaste(context: Context, { platforms }: LoadedPlatforms): Paste {
  const until = dayOf(new Date(context.now().getTime() + proposedDays * 86_400_000));
  const environments = platforms.map(({ environment, prefix, name, acknowledgements }) => ({
    name: environment,
    // Only an environment that the spec names has its name in the prefix.
    named: prefix !== name,
    kept: acknowledgements,
  }));
  return { environments, until };
}

function writeTalk(context: Context, { spec, warnings }: LoadedPlatforms, against: string, report: Report): void {
  const { stderr } = context;
  stderr.write(formatDiagnostics(warnings, new Map([[spec.shown, spec.text]]), stderr.color));
  for (const warning of report.warnings) stderr.write(`warning: ${warning}\n`);
  const unseen = report.live === undefined ? '' : `taken as the spec says: ${report.live.unseen.join('; ')}\n`;
  stderr.write(`${spec.shown} against ${against}\n${unseen}\n`);
}

/** Names what fails, in every format, and how to say that it is meant. */
function writeFailing({ stderr }: Context, { changes, failOn }: Report, paste: string | null): void {
  const failing = changes.filter(({ fails }) => fails);
  if (failing.length === 0 || paste === null) return;
  const names = failing.map(
    ({ environment, resource, field, impact, rule }) =>
      `  ${environment}: ${nameChange(resource, field)} (${impact}${rule.loss === null ? '' : ', data loss'})\n`,
  );
  stderr.write(`\nplatform: --fail-on ${failOn}: not acknowledged:\n${names.join('')}`);
  stderr.write(`  → what is meant can be acknowledged in the spec:\n\n${paste}`);
}

import type { Invocation, Location, Log, ReportingDescriptor, Result, Run } from 'sarif';
import { type Code, catalog } from './catalog.ts';
import type { Diagnostic, Range } from './diagnostic.ts';
import { type FileFinding, joinHint, type Report } from './report.ts';

export interface SarifOptions {
  /** The compiler's. */
  readonly version: string;
  /** Each code's page, in Markdown. */
  readonly pages: Readonly<Record<Code, string>>;
}

/**
 * A report as SARIF 2.1.0 (OASIS), as far as GitHub's code scanning reads it. Only the rules that some result breaks are
 * in it, each with its page. Relative paths are left to whoever reads it, below `%SRCROOT%`.
 */
export function formatSarif(report: Report, options: SarifOptions): string {
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [describeRun(report, options)],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function describeRun(report: Report, { version, pages }: SarifOptions): Run {
  const rules = [...describeCodes(report.diagnostics, pages), ...describeFileRules(report.files)];
  const indexOf = (id: string) => rules.findIndex((rule) => rule.id === id);
  const results = [...report.diagnostics.map(describeDiagnostic), ...report.files.map(describeFile)];
  return {
    tool: { driver: { name: 'platform', version, semanticVersion: version, rules } },
    // Columns here count as JavaScript's strings do: a character beyond the 16-bit plane is two.
    columnKind: 'utf16CodeUnits',
    invocations: [describeInvocation(report)],
    results: results.map((result) => ({ ...result, ruleIndex: indexOf(result.ruleId) })),
  };
}

function describeInvocation({ failure, exitCode }: Report): Invocation {
  if (failure === null) return { executionSuccessful: true, exitCode };
  const notification = { level: 'error' as const, message: { text: joinHint(failure) } };
  return { executionSuccessful: false, exitCode, toolExecutionNotifications: [notification] };
}

function describeCodes(diagnostics: readonly Diagnostic[], pages: SarifOptions['pages']): ReportingDescriptor[] {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort();
  return codes.map((code) => ({
    id: code,
    shortDescription: { text: catalog[code] },
    fullDescription: { text: firstParagraph(pages[code]) },
    help: { text: pages[code], markdown: pages[code] },
  }));
}

function describeFileRules(files: readonly FileFinding[]): ReportingDescriptor[] {
  const rules = new Map(files.map(({ rule }) => [rule.id, rule]));
  return [...rules.values()].map(({ id, title, text }) => ({
    id,
    shortDescription: { text: title },
    fullDescription: { text },
    help: { text },
  }));
}

/** What stands below the title of a page, up to the first empty line. */
function firstParagraph(page: string): string {
  return (page.split(/\n{2,}/)[1] ?? '').replaceAll('\n', ' ').trim();
}

type DescribedResult = Result & { ruleId: string };

function describeDiagnostic(diagnostic: Diagnostic): DescribedResult {
  const { code, severity, file, range, related = [] } = diagnostic;
  return {
    ruleId: code,
    level: severity,
    message: { text: joinHint(diagnostic) },
    locations: [describeLocation(file, range)],
    ...(related.length === 0
      ? {}
      : {
          relatedLocations: related.map((other, id) => ({
            id,
            message: { text: other.message },
            ...describeLocation(other.file, other.range),
          })),
        }),
  };
}

function describeFile({ rule, message, file }: FileFinding): DescribedResult {
  return { ruleId: rule.id, level: 'error', message: { text: message }, locations: [describeLocation(file, null)] };
}

function describeLocation(file: string, range: Range | null): Location {
  const region =
    range === null
      ? {}
      : {
          region: {
            startLine: range.start.line,
            startColumn: range.start.column,
            endLine: range.end.line,
            endColumn: range.end.column,
          },
        };
  return { physicalLocation: { artifactLocation: describeArtifact(file), ...region } };
}

/** A path as a URI reference; an absolute one (a file outside the repository) has no base. */
function describeArtifact(file: string): { uri: string; uriBaseId?: string } {
  const uri = file.split('/').map(encodeURIComponent).join('/');
  if (file.startsWith('/')) return { uri: `file://${uri}` };
  return /^[a-z]:\//i.test(file) ? { uri: `file:///${uri}` } : { uri, uriBaseId: '%SRCROOT%' };
}

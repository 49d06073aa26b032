import { createColors } from 'picocolors';
import { diffPlatforms } from '../../diff/diff.ts';
import { type EnvironmentPair, nameChange } from '../../diff/report.ts';
import { type TextHunk, traceChanges } from '../../trace/hunks.ts';

/** What one change writes in the artifacts of one environment. */
export interface ChangeHunks {
  readonly environment: string;
  /** As the report names them: several where one field of the model is felt in several resources. */
  readonly changes: readonly string[];
  readonly hunks: readonly TextHunk[];
}

/** The hunks of each change of environments that are on both sides; one that is made or goes is new, or gone, as a whole. */
export function listChangeHunks(pairs: readonly EnvironmentPair[]): readonly ChangeHunks[] {
  return pairs.flatMap(({ before, after, running }) =>
    before === null || after === null
      ? []
      : traceChanges(before, after)
          .map(({ changed, hunks }) => ({
            environment: after.environment,
            changes: diffPlatforms(before, changed, running).map(({ resource, field }) => nameChange(resource, field)),
            hunks,
          }))
          .filter(({ hunks }) => hunks.length > 0),
  );
}

/** The hunks as a patch has them, below the change that makes them. */
export function formatChangeHunks(all: readonly ChangeHunks[], color: boolean): string {
  const colors = createColors(color);
  return all
    .map(({ environment, changes, hunks }) => {
      const title = `${environment}: ${changes.join(', ')}`;
      const bodies = hunks.map(({ path, line, removed, added }) =>
        [
          `  ${colors.dim(`${path}:${line}`)}\n`,
          ...removed.map((text) => `  ${colors.red(`- ${text}`)}\n`),
          ...added.map((text) => `  ${colors.green(`+ ${text}`)}\n`),
        ].join(''),
      );
      return `\n${colors.bold(title)}\n${bodies.join('')}`;
    })
    .join('');
}

/** The same below a fold of a pull request's comment. */
export function foldChangeHunks(all: readonly ChangeHunks[]): string {
  if (all.length === 0) return '';
  const text = formatChangeHunks(all, false).trim();
  // Longer than any run of backticks inside, so that nothing in an artifact ends the block.
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return `\n<details><summary>What is written where</summary>\n\n${fence}diff\n${text.replace(/^ {2}/gm, '')}\n${fence}\n\n</details>\n`;
}

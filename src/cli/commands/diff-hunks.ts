import { createColors } from 'picocolors';
import { describePlaces } from '../../diff/format/origins.ts';
import type { TextHunk } from '../../trace/hunks.ts';
import type { TracedOrigin } from './diff-trace.ts';

/** What each place of the spec writes, as a patch has it; an environment that is made or goes by its files. */
export function formatHunks(origins: readonly TracedOrigin[], color: boolean): string {
  const colors = createColors(color);
  return origins
    .filter(({ files }) => files.length > 0)
    .map((origin) => {
      const { environment, changes, places, files, hunks } = origin;
      const said = changes.join(', ');
      const where = describePlaces(places);
      const title = `${environment}: ${where ?? (said === '' ? 'the files alone' : said)}`;
      const does = where === null || hunks.length === 0 ? '' : `  ${colors.dim(said === '' ? 'no change' : said)}\n`;
      const whole = hunks.length > 0 ? [] : files.map(({ path, kind }) => `  ${colors.dim(`${path} (${kind})`)}\n`);
      return `\n${colors.bold(title)}\n${does}${whole.join('')}${hunks.map((hunk) => formatHunk(hunk, colors)).join('')}`;
    })
    .join('');
}

function formatHunk({ path, kind, line, removed, added }: TextHunk, colors: ReturnType<typeof createColors>): string {
  return [
    `  ${colors.dim(kind === 'changed' ? `${path}:${line}` : `${path} (${kind})`)}\n`,
    ...removed.map((text) => `  ${colors.red(`- ${text}`)}\n`),
    ...added.map((text) => `  ${colors.green(`+ ${text}`)}\n`),
  ].join('');
}

/** The same below a fold of a pull request's comment, as many lines as have room in it. */
export function foldHunks(origins: readonly TracedOrigin[], room: number): string {
  const lines = formatHunks(origins, false).trim().replace(/^ {2}/gm, '').split('\n');
  const kept: string[] = [];
  let left = room - 200;
  for (const line of lines) {
    left -= line.length + 1;
    if (left < 0) break;
    kept.push(line);
  }
  if (kept.join('') === '') return '';
  const cut = lines.length - kept.length;
  const rest = cut === 0 ? '' : `\n_… and ${cut} more lines: run \`platform diff --hunks\` to see them all._\n`;
  const text = kept.join('\n');
  // Longer than any run of backticks inside, so that nothing in an artifact ends the block.
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return `\n<details><summary>What is written where</summary>\n\n${fence}diff\n${text}\n${fence}\n${rest}\n</details>\n`;
}

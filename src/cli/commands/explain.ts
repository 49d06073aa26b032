import { type Code, catalog } from '../../diagnostic/catalog.ts';
import { renderPage } from '../../diagnostic/page.ts';
import { pages } from '../../diagnostic/pages.generated.ts';
import { suggestName } from '../../diagnostic/suggest.ts';
import { CommandError, type Context, type ExitCode } from '../context.ts';
import type { ExplainOptions } from './explained.ts';

/** Explains a code by its page, or a line of an artifact or a key of the spec by what made it and what it makes. */
export async function runExplain(
  context: Context,
  subject: string | undefined,
  options: ExplainOptions,
): Promise<ExitCode> {
  if (subject === undefined || !/^pf\w{0,4}$/i.test(subject)) {
    const { runExplainCause } = await import('./explain-cause.ts');
    return runExplainCause(context, subject, options);
  }
  const code = findCode(subject);
  const text = pages[code];
  if (options.format === 'json') {
    context.stdout.write(`${JSON.stringify({ code, title: catalog[code], text }, null, 2)}\n`);
  } else {
    context.stdout.write(renderPage(text, context.stdout.color));
  }
  return 0;
}

function findCode(subject: string): Code {
  const codes = Object.keys(catalog) as Code[];
  const code = codes.find((known) => known === subject.toUpperCase());
  if (code !== undefined) return code;
  const near = suggestName(subject, codes);
  throw new CommandError(2, `there is no code ${subject}`, {
    hint: near === null ? `codes are ${codes[0]} to ${codes.at(-1)}` : `did you mean ${near}?`,
  });
}

import { describe, expect, test } from '@jest/globals';
import { oneLine } from '../../src/print/characters.ts';
import { markdownCode, markdownShell, markdownText } from '../../src/print/markdown.ts';
import { isUnpaired } from '../support/hostile.ts';
import { describeWith } from '../support/needs.ts';
import { markdownIt, pythonTool } from '../support/python.ts';
import { runOrThrow } from '../support/run.ts';
import { expectEqual, printAll } from './values.ts';

const never = () => false;
const texts = printAll(markdownText, never);
const codes = printAll(markdownCode, never);
/** What a page cannot hold: controls other than tab and newline. */
const controls = (value: string) => /[^\P{Cc}\n\t]/u.test(value);
const commands = printAll((value) => markdownShell(`'${value}'`), controls).filter(({ value }) => !isUnpaired(value));

/** Each page's kinds of nodes and the text in them, as CommonMark and as GitHub's dialect read it. */
const reader = `
import json, sys
from markdown_it import MarkdownIt

def read(parser, page):
    kinds, text = [], ""
    for block in parser.parse(page):
        for token in block.children if block.type == "inline" else [block]:
            kinds.append(token.type)
            text += "" if token.type == "html_inline" else token.content
    return [sorted(set(kinds)), text]

parsers = [MarkdownIt("commonmark"), MarkdownIt("gfm-like")]
pages = json.load(sys.stdin)
json.dump([[read(parser, page) for page in pages] for parser in parsers], sys.stdout)
`;

type Reading = readonly [kinds: readonly string[], text: string];

async function readPages(pages: readonly string[]): Promise<readonly (readonly Reading[])[]> {
  const { python } = await pythonTool(markdownIt);
  // The reader keeps the places of halves as U+FFFD, as a file would.
  const input = JSON.stringify(pages.map((page) => page.replace(/\p{Surrogate}/gu, '\ufffd')));
  return JSON.parse((await runOrThrow(python, ['-c', reader], { input })).stdout.replace(/\p{Surrogate}/gu, '\ufffd'));
}

describeWith(['python'], 'Markdown, read by markdown-it', () => {
  const paragraph = ['paragraph_close', 'paragraph_open'];

  test.each([
    ['alone on its line', (text: string) => `${text}\n`, (value: string) => value],
    ['after other text', (text: string) => `see ${text}.\n`, (value: string) => `see ${value}.`],
  ])('a text is text, %s', async (_, page, means) => {
    const written = texts.filter(({ text }) => text !== '');
    for (const readings of await readPages(written.map(({ text }) => page(text)))) {
      expectEqual(
        written,
        readings.map(([, text]) => text),
        (value) => means(oneLine(value)),
      );
      for (const [kinds] of readings)
        expect(kinds.filter((kind) => kind !== 'text' && kind !== 'text_special')).toEqual(paragraph);
    }
  });

  test('a text and a code span stay in their cell', async () => {
    const rows = texts.map(({ text }, index) => `| ${text} | ${codes[index]?.text} |\n`);
    const pages = rows.map((row) => `| a | b |\n|---|---|\n${row}`);
    const [, readings = []] = await readPages(pages);
    expectEqual(
      texts,
      readings.map(([, text]) => text),
      (value) => `ab${oneLine(value).repeat(2)}`,
    );
  });

  test('a code span is code', async () => {
    for (const readings of await readPages(codes.map(({ text }) => `run ${text} now\n`))) {
      expectEqual(
        codes,
        readings.map(([, text]) => text),
        (value) => `run ${oneLine(value)} now`,
      );
      for (const [kinds] of readings) expect(kinds).not.toContain('link_open');
    }
  });

  test('a command stays in its fence', async () => {
    for (const readings of await readPages(commands.map(({ text }) => `\`\`\`sh\n${text}\n\`\`\`\n`))) {
      expectEqual(
        commands,
        readings.map(([kinds, text]) => `${kinds} ${text.replace(/^( {0,3})''(`{3,}[ \t]*)$/gm, '$1$2')}`),
        (value) => `fence '${value}'\n`,
      );
    }
  });
});

describe('Markdown', () => {
  test('ordinary words stay readable', () => {
    expect(markdownText('the sentinel-2 data of 2024, version 0.9.11').text).toBe(
      'the sentinel-2 data of 2024, version 0.9.11',
    );
    expect(markdownCode('platform.yaml').text).toBe('`platform.yaml`');
  });
});

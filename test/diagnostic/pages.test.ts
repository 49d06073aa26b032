import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { resolveSpec } from '../../src/compile.ts';
import { type Code, catalog } from '../../src/diagnostic/catalog.ts';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.ts';
import { pages } from '../../src/diagnostic/pages.generated.ts';
import { decodeSpec } from '../../src/spec/decode.ts';
import { projectRoot } from '../support/root.ts';

// Each code has a page, which `platform explain CODE` prints: docs/diagnostics/PFnnn.md. A page is held to the catalog
// and to the compiler: its example gives the code, within its own lines, and its fix is a spec without mistakes.
const folder = join(projectRoot, 'docs/diagnostics');
const codes = Object.keys(catalog) as Code[];

/** What an example stands in: each of these keys that it lacks is added below it. */
const smallest: Readonly<Record<string, string>> = {
  apiVersion: 'platform/v1',
  name: 'sentinel2',
  gcp: '{ project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }',
  hosting: '{ cloudSql: {} }',
};

test('every code has a page, and every page a code', () => {
  const files = readdirSync(folder).filter((name) => name !== 'README.md');
  expect(files.sort()).toEqual(codes.map((code) => `${code}.md`).sort());
});

test('the pages that are compiled in are those of docs/ (else: npm run generate)', () => {
  for (const code of codes) expect([code, pages[code]]).toEqual([code, readPage(code)]);
});

// RECORD=1 rewrites it.
test('the index lists them all', () => {
  const rows = codes.sort().map((code) => `| [${code}](${code}.md) | ${catalog[code]} |\n`);
  const index = `# What can be wrong

Each message of the compiler has one of these codes. \`platform explain CODE\` prints its page.

| code | what it says |
|---|---|
${rows.join('')}`;
  const path = join(folder, 'README.md');
  if (process.env['RECORD'] === '1') writeFileSync(path, index);
  expect(readFileSync(path, 'utf8')).toBe(index);
});

describe.each(codes)('the page of %s', (code) => {
  const page = readPage(code);

  test('has its parts', () => {
    expect(page.match(/^#+ .*/gm)).toEqual([`# ${code}: ${catalog[code]}`, '## Example', '## Fix']);
    const [, why = ''] = page.split('\n\n');
    expect(why.length).toBeGreaterThan(80);
    for (const section of ['Example', 'Fix']) expect(readBlock(page, section)).not.toBe('');
  });

  test('its example gives the code, at a line of its own', async () => {
    const example = readBlock(page, 'Example');
    const found = (await check(example, code)).filter((diagnostic) => diagnostic.code === code);
    expect(found).not.toEqual([]);
    for (const { range } of found) expect(range.start.line).toBeLessThanOrEqual(example.split('\n').length);
  });

  test('its fix has no mistake', async () => {
    const mistakes = (await check(readBlock(page, 'Fix'), null)).filter(
      (found) => found.code === code || isError(found),
    );
    expect(mistakes).toEqual([]);
  });
});

function readPage(code: Code): string {
  return readFileSync(join(folder, `${code}.md`), 'utf8');
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error';
}

/** The last YAML block of a section. */
function readBlock(page: string, section: string): string {
  const text = page.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? '';
  return text.match(/(?<=^```yaml\n).*?(?=^```$)/gms)?.at(-1) ?? '';
}

async function check(fragment: string, code: Code | null): Promise<readonly Diagnostic[]> {
  const missing = Object.entries(smallest).filter(([key]) => !new RegExp(`^${key}:`, 'm').test(fragment));
  const added = /^apiVersion:/m.test(fragment) ? [] : missing.map(([key, value]) => `${key}: ${value}\n`);
  // No Markdown file can hold what PF001 is about: its example is written as it says.
  const bytes = Buffer.from(fragment + added.join(''), code === 'PF001' ? 'latin1' : 'utf8');
  const text = decodeSpec(bytes, 'platform.yaml');
  if (!text.ok) return text.diagnostics;
  const resolved = await resolveSpec({ path: 'platform.yaml', text: text.value });
  return resolved.ok ? resolved.warnings : resolved.diagnostics;
}

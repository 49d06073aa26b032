import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { catalog } from '../../src/diagnostic/catalog.ts';
import { renderPage } from '../../src/diagnostic/page.ts';
import { runCli } from '../support/cli.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

const cwd = makeTemporaryFolder('explain');

test('a code: its page, readable without Markdown', async () => {
  const { code, stdout, stderr } = await runCli(['explain', 'pf103'], { cwd });
  expect([code, stderr]).toEqual([0, '']);
  const lines = stdout.split('\n');
  expect(lines[0]).toBe('PF103: A value of the wrong type');
  expect(lines).toContain('    kubernetes: { version: 1.30 }');
  expect(stdout).not.toMatch(/^(#|```)/m);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(100);
});

test('--format json', async () => {
  const { code, stdout } = await runCli(['explain', 'PF103', '--format', 'json'], { cwd });
  const text = readFileSync(join(projectRoot, 'docs/diagnostics/PF103.md'), 'utf8');
  expect([code, JSON.parse(stdout)]).toEqual([0, { code: 'PF103', title: catalog.PF103, text }]);
});

test('no such code: what was meant', async () => {
  expect(await runCli(['explain', 'PF2O3'], { cwd })).toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'platform: there is no code PF2O3\n  → did you mean PF203?\n',
  });
});

test('headings are bold and code is coloured where there is colour, and only there', async () => {
  const forced = await runCli(['explain', 'PF103'], { cwd, env: { FORCE_COLOR: '1' } });
  expect(forced.stdout).toContain('\u001b[1mPF103: A value of the wrong type\u001b[22m');
  const refused = await runCli(['explain', 'PF103'], { cwd, env: { FORCE_COLOR: '1', NO_COLOR: '1' } });
  expect(refused.stdout).not.toContain('\u001b');
});

test('a long paragraph is wrapped at its words, code in one piece, a list item below itself', () => {
  const words = Array.from({ length: 30 }, (_, index) => `word${index}`).join(' ');
  const lines = renderPage(`- ${words} \`a b c d e f\`\n`, false).trimEnd().split('\n');
  expect(lines.map((line) => line.trim()).join(' ')).toBe(`- ${words} \`a b c d e f\``);
  expect(lines.slice(1).every((line) => line.startsWith('  '))).toBe(true);
  expect(lines.some((line) => line.includes('`a b c d e f`'))).toBe(true);
});

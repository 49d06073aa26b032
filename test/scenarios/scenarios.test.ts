import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { resolveSpec } from '../../src/compile.ts';
import { catalog } from '../../src/diagnostic/catalog.ts';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.ts';
import { formatDiagnostics } from '../../src/diagnostic/format.ts';
import { decodeSpec } from '../../src/spec/decode.ts';

// A scenario is a folder: platform.yaml in, the codes and places of its mistakes out. RECORD=1 rewrites; read the diff.
const folder = import.meta.dirname;
const scenarios = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'platform.yaml')));

describe('a spec with mistakes', () => {
  test.each(scenarios)('%s', async (name) => {
    const bytes = readFileSync(join(folder, name, 'platform.yaml'));
    const text = bytes.toString('utf8');
    const decoded = decodeSpec(bytes, 'platform.yaml');
    const resolved = decoded.ok ? await resolveSpec({ path: 'platform.yaml', text: decoded.value }) : decoded;
    const mistakes = resolved.ok ? resolved.warnings : resolved.diagnostics;
    if (mistakes.length === 0) throw new Error('this scenario has no mistake');
    const said = mistakes.map((diagnostic) => `${describePlace(diagnostic, text)}\n`).join('');
    const path = join(folder, name, 'diagnostics.txt');
    if (process.env['RECORD'] === '1') writeFileSync(path, said);
    expect(said).toBe(readFileSync(path, 'utf8'));
  });

  test('every code has a scenario', () => {
    const recorded = scenarios.map((name) => readFileSync(join(folder, name, 'diagnostics.txt'), 'utf8')).join('');
    expect(Object.keys(catalog).filter((code) => !recorded.includes(code))).toEqual([]);
  });

  test('a secret is not repeated, neither in a message nor in the frame', async () => {
    const text = readFileSync(join(folder, 'PF110-secrets', 'platform.yaml'), 'utf8');
    const resolved = await resolveSpec({ path: 'platform.yaml', text });
    const diagnostics = resolved.ok ? [] : resolved.diagnostics;
    const shown =
      formatDiagnostics(diagnostics, new Map([['platform.yaml', text]]), false) + JSON.stringify(diagnostics);
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(shown).not.toContain('hunter2');
    expect(shown).not.toContain('abc');
  });
});

/** Code, place, and the text at that place as far as its line goes, for whoever reads the recording. */
function describePlace({ code, range: { start, end } }: Diagnostic, text: string): string {
  const line = text.split('\n')[start.line - 1] ?? '';
  const marked =
    code === 'PF110' ? '…' : line.slice(start.column - 1, end.line === start.line ? end.column - 1 : undefined);
  return `${code} ${start.line}:${start.column}-${end.line}:${end.column} ${marked}`;
}

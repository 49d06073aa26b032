import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import type { Log } from 'sarif';
import { resolveSpec } from '../../src/compile.ts';
import { catalog } from '../../src/diagnostic/catalog.ts';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.ts';
import { formatGithub } from '../../src/diagnostic/github.ts';
import { pages } from '../../src/diagnostic/pages.generated.ts';
import type { FileFinding, Report } from '../../src/diagnostic/report.ts';
import { formatSarif } from '../../src/diagnostic/sarif.ts';

const require = createRequire(import.meta.url);
// The schema is of draft 4, of which it uses nothing that draft 7 reads otherwise but the name of its id; one of its
// patterns (a language's) has a bracket too many for the `u` flag.
const { id: _, $schema: __, ...schema } = require('@microsoft/sarif-matcher-utils/lib/schemas/sarif-2.1.0-rtm.5.json');
const validate = formats.default(new Ajv({ strict: false, allErrors: true, unicodeRegExp: false })).compile(schema);

function report(parts: Partial<Report>): Report {
  return { diagnostics: [], files: [], failure: null, exitCode: 0, ...parts };
}

function readSarif(parts: Partial<Report>): Log['runs'][number] {
  const log = JSON.parse(formatSarif(report(parts), { version: '1.2.3', pages })) as Log;
  validate(log);
  expect(validate.errors ?? []).toEqual([]);
  const [run] = log.runs;
  if (run === undefined) throw new Error('a log without a run');
  return run;
}

async function mistakesOf(text: string): Promise<readonly Diagnostic[]> {
  const resolved = await resolveSpec({ path: 'spec/platform.yaml', text });
  return resolved.ok ? resolved.warnings : resolved.diagnostics;
}

const base = `apiVersion: platform/v1
name: sentinel2
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
`;
const zone = `${base}hosting: { virtualMachines: { zone: us-east1-b, clients: [10.0.0.0/16] } }\n`;
const file: FileFinding = {
  rule: { id: 'file-stale', title: 'Stale', text: 'Compile.' },
  message: 'a, b: 100%',
  file: 'generated/a b/x.tf',
};

describe('SARIF', () => {
  test('the schema of the test refuses what is not SARIF', () => {
    expect(validate({ version: '2.1.0', runs: [{ tool: {} }] })).toBe(false);
  });

  test('a result has its rule, its page, its exact region and the places related to it', async () => {
    const run = readSarif({ diagnostics: await mistakesOf(zone), exitCode: 2 });
    const uri = { uri: 'spec/platform.yaml', uriBaseId: '%SRCROOT%' };
    expect(run.columnKind).toBe('utf16CodeUnits');
    expect(run.invocations).toEqual([{ executionSuccessful: true, exitCode: 2 }]);
    expect(run.tool.driver.rules).toMatchObject([
      { id: 'PF202', shortDescription: { text: catalog.PF202 }, help: { markdown: pages.PF202 } },
    ]);
    expect(run.results).toMatchObject([
      {
        ruleId: 'PF202',
        ruleIndex: 0,
        level: 'error',
        locations: [
          {
            physicalLocation: {
              artifactLocation: uri,
              region: { startLine: 4, startColumn: 37, endLine: 4, endColumn: 47 },
            },
          },
        ],
        relatedLocations: [{ physicalLocation: { artifactLocation: uri, region: { startLine: 3 } } }],
      },
    ]);
  });

  test('columns count UTF-16 units: an astral character before the mistake is two', async () => {
    const text = `${base}labels: { a: "🛰", Team: x }\nhosting: { cloudSql: {} }\n`;
    const [result] =
      readSarif({ diagnostics: await mistakesOf(text) }).results?.filter(({ message }) =>
        message.text?.includes('"Team"'),
      ) ?? [];
    const region = result?.locations?.[0]?.physicalLocation?.region;
    const line = text.split('\n')[3] ?? '';
    expect(line.slice((region?.startColumn ?? 0) - 1, (region?.endColumn ?? 0) - 1)).toBe('Team');
    expect(region?.startColumn).toBe(line.indexOf('Team') + 1);
    expect([...line].indexOf('T') + 1).not.toBe(region?.startColumn);
  });

  test('a file as a whole, a path that is no URI, a path outside the repository', () => {
    const outside = { ...file, file: '/tmp/x#y.tf' };
    const run = readSarif({ files: [file, outside], exitCode: 1 });
    expect(run.tool.driver.rules).toMatchObject([{ id: 'file-stale', shortDescription: { text: 'Stale' } }]);
    expect(run.results?.map(({ locations }) => locations?.[0]?.physicalLocation)).toEqual([
      { artifactLocation: { uri: 'generated/a%20b/x.tf', uriBaseId: '%SRCROOT%' } },
      { artifactLocation: { uri: 'file:///tmp/x%23y.tf' } },
    ]);
  });

  test('what ended the command early is a notification', () => {
    const run = readSarif({ failure: { message: 'no spec', hint: 'name one' }, exitCode: 2 });
    expect(run.results).toEqual([]);
    expect(run.invocations).toMatchObject([
      { executionSuccessful: false, toolExecutionNotifications: [{ message: { text: 'no spec\n→ name one' } }] },
    ]);
  });
});

describe("GitHub's workflow commands", () => {
  test('a mistake at its place, with its hint and what is related', async () => {
    expect(formatGithub(report({ diagnostics: await mistakesOf(zone) }))).toBe(
      '::error file=spec/platform.yaml,line=4,col=37,endLine=4,endColumn=47,title=PF202::us-east1-b is not in europe-west1%0A→ write a zone of europe-west1, e.g. europe-west1-b, or change gcp.region%0Aspec/platform.yaml:3:29 the region is set here\n',
    );
  });

  test('properties and messages are escaped, each in its way', () => {
    const odd = { ...file, file: 'a:b,c%.tf', message: '100%:\r\na, b' };
    expect(formatGithub(report({ files: [odd] }))).toBe(
      '::error file=a%3Ab%2Cc%25.tf,title=file-stale::100%25:%0D%0Aa, b\n',
    );
  });

  test('a warning, a range of several lines, a failure without a place', () => {
    const warn = (endLine: number, endColumn: number): Diagnostic => {
      const range = { start: { line: 2, column: 3 }, end: { line: endLine, column: endColumn } };
      return { code: 'PF224', severity: 'warning', message: 'no', file: 'p.yaml', range };
    };
    expect(
      formatGithub(report({ diagnostics: [warn(4, 2), warn(3, 1)], failure: { message: 'no', hint: undefined } })),
    ).toBe(
      [
        '::warning file=p.yaml,line=2,endLine=4,title=PF224::no',
        '::warning file=p.yaml,line=2,col=3,title=PF224::no',
        '::error::no',
        '',
      ].join('\n'),
    );
  });
});

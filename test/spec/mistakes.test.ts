import { describe, expect, test } from '@jest/globals';
import { resolveEnvironments, resolveSpec } from '../../src/compile.ts';
import type { Diagnostic } from '../../src/diagnostic/diagnostic.ts';
import { formatDiagnostics } from '../../src/diagnostic/format.ts';

const head = `apiVersion: platform/v1
name: sentinel2
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
`;

async function findMistakes(text: string, wanted: readonly string[] = []): Promise<readonly Diagnostic[]> {
  const resolved = await resolveEnvironments({ path: 'platform.yaml', text: head + text }, wanted);
  return resolved.ok ? resolved.warnings : resolved.diagnostics;
}

async function hintOf(cloudSql: string): Promise<string | undefined> {
  const [first, ...others] = await findMistakes(`hosting: { cloudSql: { ${cloudSql} } }\n`);
  expect(others).toEqual([]);
  return first?.hint;
}

describe('what to write instead', () => {
  test.each([
    ['flags: { work_mem: 65536 }', 'put it in quotes: "65536"'],
    ['flags: { jit: false }', 'put it in quotes: "false"'],
    ['flags: { random_page_cost: 1.10 }', 'put what you wrote in quotes: without them it is read as 1.1'],
    ['disk: { sizeGb: "50" }', 'write 50, without quotes'],
    ['disk: { autoresize: yes }', 'write true, without quotes'],
    ['deletionProtection: "Off"', 'write false, without quotes'],
    ['alerts: { cpu: "0.8" }', 'write 0.8, without quotes'],
  ])('%s', async (written, hint) => {
    expect(await hintOf(written)).toBe(hint);
  });

  test('a quoted number that would not have the form either is not proposed', async () => {
    expect(await hintOf('tier: 4')).toMatch(/^The machine tier/);
    expect(await hintOf('disk: { sizeGb: "1.5" }')).toMatch(/^Size in GB/);
  });

  test('a bound is said in words, at what is past it', async () => {
    const said = await findMistakes(`hosting: { cloudSql: { disk: { sizeGb: 1, limitGb: 99999 }, alerts: { cpu: 0 } } }
databases: { pgstac: { extensions: [postgis, unaccent, postgis] } }
pipelines:
  none: { source: { files: [] } }
  box: { source: { stacApi: { url: https://stac.example.org, collections: [x], bbox: [1, 2] } } }
`);
    expect(said.map(({ message }) => message)).toEqual([
      'hosting.cloudSql.disk.sizeGb is 1: write 10 or more',
      'hosting.cloudSql.disk.limitGb is 99999: write 65536 or less',
      'hosting.cloudSql.alerts.cpu is 0: write more than 0',
      'databases.pgstac.extensions has "postgis" twice',
      'pipelines.none.source.files is empty',
      'pipelines.box.source.stacApi.bbox has 2 entries, and wants at least 4',
    ]);
    expect(said[3]?.range.start).toEqual({ line: 5, column: 56 });
  });

  test('a name of the wrong form is told in words, not by a pattern', async () => {
    const said = await findMistakes('hosting: { cloudSql: {} }\nenvironments: { Prod_EU: {}, nul: {} }\n');
    expect(said.map(({ hint }) => hint)).toEqual([
      expect.stringMatching(/^did you mean prod-eu\? An environment's name: lower case letters, digits and -/),
      expect.stringMatching(/^An environment's name: .*Windows/),
    ]);
  });
});

test('of two names as near, the one that begins alike is proposed', async () => {
  expect(await hintOf('flags: { log_statement: dll }')).toBe('write "ddl"');
});

describe('one environment of several', () => {
  const text = `hosting: { cloudSql: {} }
environments:
  good: {}
  Bad: { hosting: { cloudSql: { tier: nope } } }
  worse: 5
`;

  test('what is wrong with the others is not its own, whatever it is', async () => {
    expect(await findMistakes(text, ['good'])).toEqual([]);
    expect((await findMistakes(text, ['worse'])).map(({ code }) => code)).toEqual(['PF103']);
    expect((await findMistakes(text, ['Bad'])).map(({ code }) => code)).toEqual(['PF105', 'PF105']);
    expect(await findMistakes(text)).toHaveLength(3);
  });
});

describe('a secret', () => {
  const text = `hosting: { cloudSql: { flags: { work_mem: hunter2hunter2, jit: "hunter2hunter2" } } }
labels: { password: hunter2hunter2, team: Hunter }
`;

  test('is not shown where the same text stands again', async () => {
    const said = await findMistakes(text);
    expect(said.map(({ code }) => code)).toEqual(['PF213', 'PF213', 'PF110', 'PF105']);
    const shown = formatDiagnostics(said, new Map([['platform.yaml', head + text]]), false);
    expect(shown + JSON.stringify(said)).not.toContain('hunter2');
    expect(shown).toContain('Hunter');
  });

  test('that was all a map had does not leave it empty', async () => {
    const said = await findMistakes(`hosting: { cloudSql: { flags: { jit: "off" } } }
environments: { dev: { hosting: { cloudSql: { flags: { db_password: hunter2hunter2 } } } } }
`);
    expect(said.map(({ code }) => code)).toEqual(['PF110']);
  });
});

test('a misspelt key whose value has another type is not read as the one it is like', async () => {
  const spec = `${head}hosting: { cloudSql: { disc: 100, flag: [1] } }\n`;
  const resolved = await resolveSpec({ path: 'platform.yaml', text: spec });
  expect(resolved.ok ? [] : resolved.diagnostics.map(({ code }) => code)).toEqual(['PF101', 'PF101']);
});

import { expect, test } from '@jest/globals';
import { findSetting, postgresSettings, type SettingKind } from '../../src/model/rules/postgres-settings.ts';
import { describeWith } from '../support/needs.ts';
import { startPostgres } from '../support/postgres.ts';

const query = `SELECT json_agg(json_build_object('name', lower(name), 'type', vartype, 'preset', context = 'internal',
  'least', min_val::float8, 'most', max_val::float8, 'unit', coalesce(unit, ''), 'values', enumvals)) FROM pg_settings`;

interface Row {
  readonly name: string;
  readonly type: 'bool' | 'string' | 'integer' | 'real' | 'enum';
  readonly preset: boolean;
  readonly least: number;
  readonly most: number;
  readonly unit: string;
  readonly values: readonly string[];
}

function toKind({ type, preset, least, most, unit, values }: Row): SettingKind {
  if (preset) return { kind: 'preset' };
  if (type === 'bool') return { kind: 'boolean' };
  if (type === 'string') return { kind: 'text' };
  if (type === 'enum') return { kind: 'choice', values };
  return { kind: type === 'integer' ? 'integer' : 'number', least, most, unit: type === 'real' ? '' : unit };
}

test('one setting is found as it stands among all, and nothing else is', () => {
  const all = postgresSettings();
  expect(all.size).toBeGreaterThan(300);
  for (const [name, kind] of all) expect([name, findSetting(name)]).toEqual([name, kind]);
  for (const name of ['', ' ', 'ssl_', 'sl', 'port=1..65535', 'jit fsync', 'archive_timeout=0', '\n'])
    expect([name, findSetting(name)]).toEqual([name, undefined]);
});

describeWith(['postgres15'], 'the settings that flags are held to', () => {
  test('are those of PostgreSQL 15, with its bounds and values', async () => {
    const server = await startPostgres();
    const rows = JSON.parse(await server.psql(query)) as readonly Row[];
    await server.stop();
    const real = new Map(rows.map((row) => [row.name, toKind(row)]));
    for (const [name, kind] of postgresSettings()) {
      // A build may be made with fewer choices (no zstd, say), or a later patch with a setting more.
      if (kind.kind !== 'choice') expect([name, real.get(name)]).toEqual([name, kind]);
      else
        expect([name, kind.values]).toEqual([
          name,
          expect.arrayContaining([...(real.get(name) as typeof kind).values]),
        ]);
    }
    expect([...real.keys()].filter((name) => !postgresSettings().has(name))).toEqual([]);
  });
});

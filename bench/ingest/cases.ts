import { join } from 'node:path';
import { runOrThrow } from '../../test/support/run.ts';
import type { Command } from './measure.ts';
import {
  type Bench,
  type Compression,
  copyDatabase,
  makeTemplate,
  type Project,
  type Release,
  runCommand,
  runPlatform,
} from './prepare.ts';

/** Into an empty database; again, nothing changed; again, a tenth changed. */
export type Step = 'insert' | 'same' | 'changed';

/** A loader with what it is asked to do, one step after the other on one database. */
export interface Case {
  readonly name: string;
  readonly steps: readonly Step[];
  /** Makes its database anew; gives its name. */
  prepare(): Promise<string>;
  command(step: Step, database: string): Command;
}

/** What a step loads, of the same pipeline each time. */
function fileOf(step: Step): string {
  return step === 'changed' ? 'changed.ndjson' : 'items.ndjson';
}

const allSteps: readonly Step[] = ['insert', 'same', 'changed'];

export async function listCases(bench: Bench): Promise<readonly Case[]> {
  const releases: readonly Release[] = ['0.9.11', '0.10.0'];
  const [older, newer] = await Promise.all(releases.map((release) => describePypgstac(bench, release)));
  const template = {
    '0.9.11': await makeTemplate(bench, '0.9.11', false),
    '0.10.0': await makeTemplate(bench, '0.10.0', false),
  };
  const ours = (project: Project, steps = allSteps) => describeOurs(bench, project, template[project.release], steps);
  const pglz = { release: '0.10.0', compression: 'pglz', judge: 'structure' } as const;
  const lz4 = { ...pglz, compression: 'lz4' } as const;
  return [
    older as Case,
    newer as Case,
    await describeFloor(bench, template['0.10.0'], 'pglz'),
    await describeFloor(bench, template['0.10.0'], 'lz4'),
    ours({ ...pglz, release: '0.9.11' }, ['insert']),
    ours(pglz),
    ours(lz4),
    ours({ ...lz4, judge: 'full' }, ['insert']),
  ];
}

async function describePypgstac(bench: Bench, release: Release): Promise<Case> {
  const template = await makeTemplate(bench, release, true);
  return {
    name: `pypgstac ${release}`,
    steps: release === '0.10.0' ? allSteps : ['insert'],
    prepare: () => copyDatabase(bench, `pypgstac_${release}`, template),
    command: (step, database) => ({
      program: bench.pypgstac[release],
      args: [
        ...['load', 'items', join(bench.folder, fileOf(step))],
        ...['--dsn', bench.server.dsn(database), '--method', step === 'insert' ? 'insert' : 'upsert'],
      ],
    }),
  };
}

function describeOurs(bench: Bench, project: Project, template: string, steps: readonly Step[]): Case {
  const { release, compression, judge } = project;
  const words = [
    compression,
    ...(judge === 'full' ? ["judge: full by STAC's schemas and stand-ins of extensions"] : []),
  ].join(', ');
  return {
    name: `platform ingest, ${release}, ${words}`,
    steps,
    prepare: () => copyDatabase(bench, `ours_${release}_${compression}_${judge}`, template),
    command: (step, database) =>
      runPlatform(bench, project, database, ['ingest', 'items', '--format', 'json'], fileOf(step)),
  };
}

/** What no loader can do better: rows that are ready, through psql, into partitions that are there. */
async function describeFloor(bench: Bench, template: string, compression: Compression): Promise<Case> {
  const { server, folder } = bench;
  const name = `rows_${compression}`;
  await copyDatabase(bench, name, template);
  const project = { release: '0.10.0', compression, judge: 'structure' } as const;
  await runCommand(runPlatform(bench, project, name, ['ingest', 'items', '--format', 'json']));
  const listed = await server.psql(
    `SELECT c.relname FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
     WHERE c.relnamespace = 'pgstac'::regnamespace AND c.relkind = 'r' AND c.relname LIKE '\\_items%' ORDER BY 1`,
    name,
  );
  const partitions = listed.trim().split('\n');
  const columns = '(id, collection, datetime, end_datetime, geometry, content, private)';
  const files = partitions.map((partition) => [partition, join(folder, `${name}.${partition}`)] as const);
  const psql = (args: readonly string[]) =>
    runOrThrow(server.bin('psql'), ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', server.dsn(name), ...args], {
      timeout: 3_600_000,
    });
  for (const [partition, file] of files) await psql(['-c', `\\copy pgstac."${partition}" ${columns} TO '${file}'`]);
  await psql(partitions.flatMap((partition) => ['-c', `TRUNCATE pgstac."${partition}"`]));
  const copies = files.map(([partition, file]) => `\\copy pgstac."${partition}" ${columns} FROM '${file}'`);
  return {
    name: `psql COPY of ready rows, ${compression}`,
    steps: ['insert'],
    prepare: () => copyDatabase(bench, `floor_${compression}`, name),
    command: (_step, database) => ({
      program: server.bin('psql'),
      args: [
        '-X',
        '-q',
        '-v',
        'ON_ERROR_STOP=1',
        '-d',
        server.dsn(database),
        ...copies.flatMap((copy) => ['-c', copy]),
      ],
      env: { PGOPTIONS: `-c default_toast_compression=${compression}` },
    }),
  };
}

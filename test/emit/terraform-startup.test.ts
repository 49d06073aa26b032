import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { fakeGcsServer, goTool } from '../support/go.ts';
import { describeWith } from '../support/needs.ts';
import { pypgstac0911, pythonTool } from '../support/python.ts';
import { projectRoot } from '../support/root.ts';
import { runOrThrow, runProcess } from '../support/run.ts';
import { writeTerraform } from './terraform/emitted.ts';
import { makePlatform, virtualMachines } from './terraform/platforms.ts';

const machine = join(projectRoot, 'test/emit/terraform/machine');

/**
 * Boots a machine: new, and dead in the middle of it; again, with another password, with a new boot disk, and with a new
 * data disk, whose databases are restored. Then a week of backups.
 */
async function bootMachine(
  database: 'ingest' | 'pgstac',
  pgstacSql: string,
  passwords: 'secretManager' | 'metadata' = 'secretManager',
): Promise<{ code: number; lines: string[] }> {
  const platform = makePlatform(virtualMachines, {
    hosting: { virtualMachines: { clients: ['127.0.0.1/32'], passwords } },
  });
  const folder = writeTerraform(platform);
  const { stdout, stderr, code } = await runProcess(
    'unshare',
    [
      '--mount',
      '--net',
      '--pid',
      '--fork',
      '--kill-child',
      '--mount-proc',
      join(machine, 'run.sh'),
      join(folder, 'terraform/postgres_vms'),
      database,
    ],
    {
      timeout: 500_000,
      env: {
        ...process.env,
        TEST_PGSTAC: pgstacSql,
        TEST_PASSWORDS: passwords,
        TEST_GCS: await goTool(fakeGcsServer),
      },
    },
  );
  // Of the passwords that run.sh gives.
  for (const secret of ["'first'", 'pass$word']) expect(`${stdout}${stderr}`).not.toContain(secret);
  return {
    code,
    lines: code === 0 ? stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#')) : [stdout, stderr],
  };
}

describeWith(
  ['postgres15', 'pgbackrest', 'systemd', 'namespaces', 'python', 'go'],
  'a startup script makes a server',
  () => {
    test('of the ingest database', async () => {
      expect(await bootMachine('ingest', '/dev/null')).toEqual({
        code: 0,
        lines: [
          'died: 15 15.unfinished',
          'packages: configure -a,locked,configure -a,installed,configure -a',
          'login: ingest_user true',
          'hba: 4',
          'plain: no pg_hba.conf entry',
          'other database: no pg_hba.conf entry',
          'backups: F',
          'timer: start postgresql@15-main,daemon-reload,enable --now platform-backup.timer,enable google-cloud-ops-agent,restart google-cloud-ops-agent',
          'agent: ops_agent|t https://packages.cloud.google.com/apt',
          'agent reads no rows: permission denied',
          'secrets: ./sentinel2-ingest-ca.1 ./sentinel2-ingest-password.1',
          'second boot: the same',
          'new password: ingest_user',
          'new boot disk: ingest_user',
          'log: 0',
          'new CA: ingest_user, by the old one certificate verify failed',
          'later: F FD',
          'empty data disk: sudo platform-restore',
          'restored: 1001 ingest_user',
          'as it was: 1001 F FD',
          'refused: 1001',
          'too late: PostgreSQL has stopped',
          'after all: 1001 ingest_user',
          'after 6 days: F FD FD',
          'after 7 days, four times: F F F F',
        ],
      });
    }, 600_000);

    test('of either, with the passwords that its metadata say', async () => {
      const [ingest, pgstac] = [
        await bootMachine('ingest', '/dev/null', 'metadata'),
        await bootMachine('pgstac', await findPgstacSql(), 'metadata'),
      ];
      expect(ingest.lines).toEqual(
        expect.arrayContaining([
          'login: ingest_user true',
          'secrets: ./sentinel2-ingest-ca.1 ./sentinel2-ingest-password.1',
          'second boot: the same',
          'new password: ingest_user',
          'new boot disk: ingest_user',
        ]),
      );
      expect(pgstac.lines).toEqual(
        expect.arrayContaining(['login: pgstac_user true', 'second boot: the same', 'new password: pgstac_user']),
      );
    }, 600_000);

    test('of the pgstac database, with the pinned release', async () => {
      const { lines } = await bootMachine('pgstac', await findPgstacSql());
      expect(lines).toContain('login: pgstac_user true');
      expect(lines.slice(-9)).toEqual([
        'second boot: the same',
        'new password: pgstac_user',
        'new boot disk: pgstac_user',
        'pgstac: 0.9.11 0',
        'new CA: pgstac_user, by the old one certificate verify failed',
        'later: F FD',
        'empty data disk: sudo platform-restore',
        'restored: 1001 pgstac_user',
        'as it was: 1001 F FD',
      ]);
    }, 600_000);

    test('of nothing, where the release has other bytes', async () => {
      const { code, lines } = await bootMachine('pgstac', '/dev/null');
      expect(code).not.toBe(0);
      expect(lines.join('\n')).toContain('what came as pgSTAC 0.9.11 has not the sha256 4b54796965449714');
    });
  },
);

async function findPgstacSql(): Promise<string> {
  const { python } = await pythonTool(pypgstac0911);
  const { stdout } = await runOrThrow(python, ['-c', 'import pypgstac, os; print(os.path.dirname(pypgstac.__file__))']);
  return join(stdout.trim(), 'migrations/pgstac.0.9.11.sql');
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { diff, project, write, writeLocks } from '../diff/project.ts';
import { runCli } from '../support/cli.ts';
import { projectRoot } from '../support/root.ts';
import { startSqlAdmin } from '../support/sql-admin.ts';
import { setPath } from './by-hand.ts';
import { spec } from './earth.ts';
import { type Alter, holdEarth } from './read.ts';

const server = await startSqlAdmin();
Object.assign(process.env, server.environment);

beforeEach(() => {
  server.clear();
  write('platform.yaml', spec);
});

async function live(...args: readonly string[]) {
  return await diff(['--against', 'live', ...args], {
    env: server.environment,
  });
}

async function liveJson(...args: readonly string[]) {
  const { code, stdout, stderr } = await live('--format', 'json', ...args);
  if (stdout === '') throw new Error(stderr);
  return {
    code,
    ...(JSON.parse(stdout) as {
      changes: Shown[];
      notes: { message: string }[];
      live: Live;
    }),
  };
}

interface Shown {
  readonly resource: string;
  readonly field: string | null;
  readonly impact: string;
  readonly ways?: {
    readonly should: string;
    readonly because: string;
    readonly apply: string;
    readonly keep: unknown;
  };
}
interface Live {
  readonly instances: readonly Readonly<Record<string, unknown>>[];
  readonly adopted: readonly string[];
}

const spoil: Alter = ({ instance, users }) => {
  setPath(instance, 'settings.tier', 'db-custom-8-32768');
  setPath(instance, 'settings.ipConfiguration.authorizedNetworks', [{ value: '203.0.113.0/24' }]);
  users.push({ name: 'bob@example.org', type: 'CLOUD_IAM_USER' });
};

describe('diff --against live', () => {
  test('of an instance that is as the spec says', async () => {
    holdEarth(server);
    const { code, stdout, stderr } = await live('--exit-code');
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: 'No changes.\n',
      stderr: expect.stringMatching(
        /^platform\.yaml against what the Cloud SQL Admin API shows\ntaken as the spec says: what is in the databases.*\n\n$/,
      ),
    });
  });

  test('says of each difference what an apply does, who should change, and what to write', async () => {
    holdEarth(server, spoil);
    const { code, stdout } = await live('--exit-code');
    expect(code).toBe(1);
    // As the page shows it.
    const page = readFileSync(join(projectRoot, 'docs/cloud-sql.md'), 'utf8');
    expect(stdout).toBe(/```text\n(default\n[\s\S]*?\n)```/.exec(page)?.[1]);
  });

  test('the same for programs, with how the instance is', async () => {
    holdEarth(server, ({ instance, ...rest }) => {
      spoil({ instance, ...rest }, { instance, ...rest });
      instance.scheduledMaintenance = {
        startTime: '1970-01-04T04:00:00Z',
        scheduleDeadlineTime: '1970-01-10T00:00:00Z',
      };
      instance.availableMaintenanceVersions = ['POSTGRES_15_14.R1'];
    });
    const { code, changes, live: shown, notes } = await liveJson();
    expect(code).toBe(0);
    expect(changes.map(({ resource, field, impact }) => [resource, field, impact])).toEqual([
      ['cloudSql.instance', 'tier', 'restart'],
      ['cloudSql.instance', 'authorizedNetworks', 'update'],
      ['login bob@example.org', null, 'none'],
    ]);
    expect(changes[0]?.ways).toEqual({
      should: 'instance',
      because: 'the spec is what was reviewed',
      apply: 'terraform apply sets tier to db-custom-4-16384, with a restart.',
      keep: {
        kind: 'write',
        file: 'platform.yaml',
        line: 8,
        path: 'hosting.cloudSql.tier',
        text: 'tier: db-custom-8-32768',
      },
    });
    expect(shown.instances).toEqual([
      {
        environment: 'default',
        instance: 'acme-earth:europe-west1:earth-postgres',
        exists: true,
        state: 'RUNNABLE',
        lastBackup: '1969-12-31T03:10:00.000Z',
        maintenance: {
          start: '1970-01-04T04:00:00.000Z',
          latest: '1970-01-10T00:00:00.000Z',
        },
        findings: [
          'Google maintains it, and restarts it, at 1970-01-04T04:00:00.000Z',
          'a newer maintenance version is there: POSTGRES_15_14.R1',
        ],
      },
    ]);
    expect(notes).toHaveLength(2);
  });

  test('an instance that is ill, or has no recent backup', async () => {
    holdEarth(server, (primary) => {
      Object.assign(primary.instance, {
        state: 'SUSPENDED',
        suspensionReason: ['BILLING_ISSUE'],
      });
      primary.backupPages = [[{ status: 'SUCCESSFUL', endTime: '1969-12-28T00:00:00Z' }]];
    });
    expect((await liveJson()).notes.map(({ message }) => message)).toEqual([
      'the instance is SUSPENDED (BILLING_ISSUE)',
      'the last backup that succeeded is 4 days old',
    ]);
  });

  test('an instance that is not there yet: all is made', async () => {
    const { code, changes, notes, live: shown } = await liveJson('--exit-code');
    expect(code).toBe(1);
    expect(new Set(changes.map(({ impact }) => impact))).toEqual(new Set(['create']));
    expect(changes.map(({ resource }) => resource)).toContain('cloudSql.instance');
    expect(shown.instances).toMatchObject([{ exists: false, state: null }]);
    expect(notes).toMatchObject([
      {
        message: 'there is no instance acme-earth:europe-west1:earth-postgres: everything is yet to be made',
      },
    ]);
  });

  test('who moved is known by the lock', async () => {
    holdEarth(server, ({ instance }) => setPath(instance, 'settings.maintenanceWindow.hour', 2));
    const because = async () => (await liveJson()).changes[0]?.ways?.because;
    writeLocks(spec);
    expect(await because()).toMatch(/changed by hand/);
    writeLocks(spec.replace('hour: 4', 'hour: 2'));
    expect(await because()).toBe('the spec has changed since the committed lock, and was not applied');
    writeLocks(spec.replace('hour: 4', 'hour: 9'));
    expect(await because()).toBe('both differ from the committed lock');
  });

  test('what an apply would lose should be in the spec', async () => {
    holdEarth(server, ({ instance }) => setPath(instance, 'settings.dataDiskType', 'PD_HDD'));
    expect((await liveJson()).changes[0]).toMatchObject({
      field: 'disk.type',
      ways: { should: 'spec' },
    });
  });
});

test('the command itself, as a process of its own, ends by itself', async () => {
  holdEarth(server, (primary, replica) => {
    spoil(primary, replica);
    primary.backupPages.splice(0, 2, [{ status: 'SUCCESSFUL', endTime: new Date().toISOString() }]);
  });
  const options = { cwd: project.folder, env: server.environment, timeout: 60_000 };
  const { code, stdout, stderr } = await runCli(['diff', '--against', 'live', '--exit-code'], options);
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^platform.yaml against what/) });
  expect(stdout).toBe((await live()).stdout);
});

test('as a comment of a pull request, with both ways', async () => {
  holdEarth(server, spoil);
  const { code, stdout } = await live('--format', 'markdown', '--hunks');
  expect(code).toBe(0);
  expect(stdout).toContain('<summary>Which side should change</summary>');
  expect(stdout).toContain('write tier: db-custom-8-32768');
});

describe('what cannot be read', () => {
  test('virtual machines: exit 2', async () => {
    write(
      'platform.yaml',
      spec.replace(
        /hosting:[\s\S]*databases:/,
        'hosting: { virtualMachines: { zone: europe-west1-b, clients: [10.0.0.0/16] } }\ndatabases:',
      ),
    );
    const { code, stderr } = await live();
    expect(code).toBe(2);
    expect(stderr).toContain('--against live reads Cloud SQL only, and default has virtual machines');
  });

  test('a missing role: exit 4, with what to type', async () => {
    const refusal = {
      kind: 'error',
      status: 403,
      reason: 'notAuthorized',
      message: 'Not authorized.',
    } as const;
    server.trouble(refusal, refusal);
    const { code, stdout, stderr } = await live();
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toBe(
      'platform: the Cloud SQL Admin API does not let you read project acme-earth: Not authorized.\n' +
        '  → cloudsql.instances.get is wanted there; roles/cloudsql.viewer has it: gcloud projects add-iam-policy-binding acme-earth --member=user:YOU --role=roles/cloudsql.viewer\n',
    );
  });

  test('Ctrl-C while it waits for a quota: exit 130', async () => {
    const quota = { kind: 'error', status: 429, reason: 'rateLimitExceeded', message: 'Quota exceeded' } as const;
    server.trouble(...Array.from({ length: 10 }, () => quota));
    const { code, stdout } = await diff(['--against', 'live'], {
      env: server.environment,
      signal: AbortSignal.timeout(400),
    });
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(server.calls.length).toBeLessThan(3);
  });

  test('--adopt is of what runs', async () => {
    const { code, stderr } = await diff(['--adopt']);
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--against live'),
    });
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { runVerify } from '../../src/cli/commands/verify.ts';
import { makeContext } from '../database/support.ts';
import { startSqlAdmin } from '../support/sql-admin.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { spec } from './earth.ts';
import { type Alter, holdEarth } from './read.ts';

const server = await startSqlAdmin();
Object.assign(process.env, server.environment);
beforeEach(() => server.clear());

const folder = makeTemporaryFolder('verify-instance');
writeFileSync(join(folder, 'platform.yaml'), spec);
/** Nobody listens there: what is looked at is the instance. */
const nobody = 'postgresql://me@127.0.0.1:1/x';

async function verify(env: Readonly<Record<string, string | undefined>>, now = '2026-11-23T12:00:00Z', alter?: Alter) {
  if (alter !== undefined) holdEarth(server, alter);
  const context = {
    ...makeContext({ PGSTAC_DSN: nobody, INGEST_DB_DSN: nobody, ...env }, folder),
    now: () => new Date(now),
  };
  const code = await runVerify(context, { format: 'json' });
  const { checks } = JSON.parse(context.said().stdout) as {
    checks: { database: string; name: string; ok: boolean; isSkipped?: boolean; detail: string }[];
  };
  return { code, checks: checks.filter(({ database }) => database === 'instance') };
}

const ended =
  (endTime: string): Alter =>
  (primary) => {
    primary.backupPages = [[{ status: 'SUCCESSFUL', endTime }]];
  };

test.each<[string, Alter, Readonly<Record<string, readonly [boolean, string | RegExp]>>]>([
  [
    'backed up this night',
    ended('2026-11-23T03:10:00Z'),
    { state: [true, /^RUNNABLE/], backups: [true, 'the last that succeeded is 8 hours old'] },
  ],
  [
    'not backed up for two days',
    ended('2026-11-21T11:00:00Z'),
    { backups: [false, 'the last that succeeded is 49 hours old'] },
  ],
  [
    'never backed up',
    (primary) => Object.assign(primary, { backupPages: [[]] }),
    { backups: [false, 'none that succeeded'] },
  ],
  [
    'suspended',
    (primary) => Object.assign(primary.instance, { state: 'SUSPENDED', suspensionReason: ['BILLING_ISSUE'] }),
    { state: [false, /^SUSPENDED, BILLING_ISSUE/] },
  ],
  [
    'about to be maintained',
    (primary) => Object.assign(primary.instance, { scheduledMaintenance: { startTime: '2026-11-29T04:00:00Z' } }),
    { maintenance: [true, 'announced: Google restarts it at 2026-11-29T04:00:00.000Z'] },
  ],
])('an instance that is %s', async (_, alter, wanted) => {
  const { checks } = await verify(server.environment, undefined, alter);
  expect(checks.map(({ name }) => name)).toEqual(['state', 'backups', 'maintenance']);
  for (const [name, [ok, detail]] of Object.entries(wanted))
    expect(checks.find((check) => check.name === name)).toMatchObject({
      ok,
      detail: typeof detail === 'string' ? detail : expect.stringMatching(detail),
    });
});

test('one that is not there', async () => {
  expect((await verify(server.environment)).checks).toEqual([
    expect.objectContaining({ name: 'state', ok: false, detail: 'there is no earth-postgres' }),
  ]);
});

test('without credentials, in a pod, or without the right to ask it is not asked, and nothing has failed', async () => {
  const none = await verify({ HOME: folder, GOOGLE_APPLICATION_CREDENTIALS: undefined });
  expect(none.checks).toEqual([
    expect.objectContaining({
      ok: true,
      isSkipped: true,
      detail: expect.stringMatching(/^not asked: no application default credentials here: gcloud auth /),
    }),
  ]);
  const pod = await verify({ ...server.environment, KUBERNETES_SERVICE_HOST: '10.0.0.1' });
  expect(pod.checks).toEqual([expect.objectContaining({ isSkipped: true })]);
  expect(server.calls).toEqual([]);
  holdEarth(server);
  // The library itself asks again with another token.
  const trouble = {
    kind: 'error',
    status: 403,
    reason: 'notAuthorized',
    message: 'The client is not authorized.',
  } as const;
  server.trouble(trouble, trouble);
  const refused = await verify(server.environment);
  expect(refused.checks).toEqual([
    expect.objectContaining({
      ok: true,
      isSkipped: true,
      detail: expect.stringMatching(/^not asked: .*roles\/cloudsql\.viewer/s),
    }),
  ]);
});

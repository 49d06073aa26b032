import { beforeEach, describe, expect, test } from '@jest/globals';
import { openSqlAdmin } from '../../src/cli/sql-admin.ts';
import { LiveFailure } from '../../src/live/failure.ts';
import { startSqlAdmin, type Trouble } from '../support/sql-admin.ts';
import { holdEarth, openAdmin, waits } from './read.ts';

const server = await startSqlAdmin();
beforeEach(() => {
  server.clear();
  waits.length = 0;
  holdEarth(server);
});

const quota: Trouble = {
  kind: 'error',
  status: 429,
  reason: 'rateLimitExceeded',
  message: "Quota exceeded for quota metric 'Queries'",
};
const ports = { wait: async () => {}, random: () => 0 };

async function fail(signal?: AbortSignal): Promise<LiveFailure> {
  const error = await openAdmin(server, signal)
    .getInstance('acme-earth', 'earth-postgres')
    .then(
      () => null,
      (cause: unknown) => cause,
    );
  if (error instanceof LiveFailure) return error;
  throw new Error('a LiveFailure is wanted', { cause: error });
}

test('an instance that is not there is none', async () => {
  expect(await openAdmin(server).getInstance('acme-earth', 'other')).toBeNull();
});

describe('what passes is asked again, after longer and longer waits', () => {
  const passing: readonly (readonly [string, Trouble])[] = [
    ['a quota', quota],
    ['a quota, as the API said it of old', { ...quota, status: 403 }],
    ['a page of a proxy', { kind: 'body', status: 503, text: '<html>busy</html>' }],
    ['an answer that broke off', { kind: 'halfClosed' }],
  ];
  test.each(passing)('%s', async (_, trouble) => {
    server.trouble(trouble, trouble, trouble);
    expect(await openAdmin(server).getInstance('acme-earth', 'earth-postgres')).toMatchObject({ state: 'RUNNABLE' });
    expect(server.calls).toHaveLength(4);
    expect(waits).toEqual([375, 750, 1500]);
  });

  test('but not for ever', async () => {
    server.trouble(...Array.from({ length: 20 }, () => quota));
    const { message, hint } = await fail();
    expect(message).toBe("the Cloud SQL Admin API refused again and again: Quota exceeded for quota metric 'Queries'");
    expect(hint).toContain('quotas?project=acme-earth');
    expect(server.calls).toHaveLength(6);
  });

  test('nor after the user has ended the command', async () => {
    const end = AbortSignal.abort();
    await expect(openAdmin(server, end).getInstance('acme-earth', 'earth-postgres')).rejects.toBe(end.reason);
    expect(server.calls).toEqual([]);
  });
});

describe('what does not pass is said at once, with what to do', () => {
  const refusals: readonly (readonly [string, Trouble, message: RegExp, hint: RegExp])[] = [
    [
      'a missing permission',
      { kind: 'error', status: 403, reason: 'notAuthorized', message: 'The client is not authorized.' },
      /does not let you read project acme-earth: The client is not authorized\.$/,
      /^cloudsql\.instances\.get is wanted there; roles\/cloudsql\.viewer has it: gcloud projects add-iam-policy-binding acme-earth /,
    ],
    [
      'an API that is off',
      { kind: 'error', status: 403, reason: 'accessNotConfigured', message: 'It has not been used before.' },
      /is not enabled in project acme-earth$/,
      /^gcloud services enable sqladmin\.googleapis\.com --project=acme-earth$/,
    ],
    [
      'credentials that are over',
      { kind: 'error', status: 401, reason: 'authError', message: 'Invalid Credentials' },
      /does not take the credentials$/,
      /gcloud auth application-default login$/,
    ],
    [
      'a question that it does not understand',
      { kind: 'error', status: 400, reason: 'invalid', message: 'Invalid value' },
      /refuses cloudsql\.instances\.get: Invalid value$/,
      /gcloud sql instances list/,
    ],
    ['a page of a proxy', { kind: 'body', status: 407, text: '<html>who?</html>' }, /HTTP 407$/, /gcloud/],
  ];
  test.each(refusals)('%s', async (_, trouble, message, hint) => {
    // The library itself asks again with another token after a 401 or 403.
    server.trouble(trouble, trouble);
    const failure = await fail();
    expect(failure.message).toMatch(message);
    expect(failure.hint).toMatch(hint);
    expect(failure.cause).toBeInstanceOf(Error);
    expect(`${failure.message}${failure.hint}`).not.toMatch(/Bearer|eyJ/);
    expect(waits).toEqual([]);
  });

  test('the permission of each list is named', async () => {
    const refusal: Trouble = { kind: 'error', status: 403, reason: 'notAuthorized', message: 'no' };
    const admin = openAdmin(server);
    for (const [list, permission] of [
      [admin.listDatabases, 'cloudsql.databases.list'],
      [admin.listUsers, 'cloudsql.users.list'],
      [admin.findBackup, 'cloudsql.backupRuns.list'],
    ] as const) {
      server.trouble(refusal, refusal);
      const failure = (await list('acme-earth', 'earth-postgres').catch((error: unknown) => error)) as LiveFailure;
      expect(failure.hint).toContain(`${permission} is wanted there`);
      server.clear();
    }
  });

  test('nobody listens', async () => {
    const env = { ...server.environment, CLOUDSDK_API_ENDPOINT_OVERRIDES_SQL: 'http://127.0.0.1:1/' };
    const admin = openSqlAdmin({ env, signal: new AbortController().signal }, ports);
    await expect(admin.getInstance('acme-earth', 'earth-postgres')).rejects.toThrow(
      /cannot be reached: .*ECONNREFUSED/,
    );
  });

  test('there are no credentials', async () => {
    const admin = openAdmin(server);
    process.env['GOOGLE_APPLICATION_CREDENTIALS'] = '/there/is/none.json';
    const failure = (await admin.getInstance('acme-earth', 'x').catch((error: unknown) => error)) as LiveFailure;
    expect(failure.message).toMatch(/^Google's credentials cannot be used: /);
    expect(failure.hint).toContain('gcloud auth application-default login');
  });
});

describe('another address of the API', () => {
  test.each(['http://example.org/', 'sqladmin', 'ftp://127.0.0.1/', 'http://127.0.0.1.example.org/'])(
    '%s would show the token to others, or is none',
    (address) => {
      const env = { CLOUDSDK_API_ENDPOINT_OVERRIDES_SQL: address };
      const open = () => openSqlAdmin({ env, signal: new AbortController().signal }, ports);
      expect(open).toThrow('CLOUDSDK_API_ENDPOINT_OVERRIDES_SQL is no address of an API');
    },
  );
});

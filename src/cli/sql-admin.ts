import { setTimeout as sleep } from 'node:timers/promises';
import type { v1 } from '@google-cloud/sql';
import type { BackupRun, Instance, SqlAdmin } from '../live/answers.ts';
import { type BackOffPorts, backOff } from '../live/back-off.ts';
import { answerInTime } from './answer-in-time.ts';
import type { Context } from './context.ts';
import { type Endpoint, readEndpoint } from './sql-admin-endpoint.ts';
import { explainFault, isPassing, readFault } from './sql-admin-faults.ts';

/** Of one call; the library's own limit does not hold for REST. */
const patienceMilliseconds = 20_000;

/** Backup runs come newest first: so many pages of them are looked through for one that succeeded. */
const mostPages = 10;

/**
 * The Cloud SQL Admin API through Google's own client, as whoever the application default credentials are. By REST, which
 * proxies let through. Nothing is loaded or connected before the first call.
 */
export function openSqlAdmin(
  { env, signal }: Pick<Context, 'env' | 'signal'>,
  ports: BackOffPorts = waitUntil(signal),
): SqlAdmin {
  const endpoint = readEndpoint(env);
  let opened: Promise<Clients> | null = null;
  const ask = async <T>(project: string, permission: string, request: (clients: Clients) => Promise<T>): Promise<T> => {
    const once = async () => {
      signal.throwIfAborted();
      opened ??= connect(endpoint);
      return await answerInTime(request(await opened), patienceMilliseconds, signal);
    };
    try {
      return await backOff(once, isPassing, ports);
    } catch (error) {
      signal.throwIfAborted();
      throw explainFault(error, { project, permission });
    }
  };
  return {
    getInstance: (project, instance) =>
      ask(project, 'cloudsql.instances.get', ({ instances }) =>
        orNull<Instance>(404, instances.get({ project, instance })),
      ),
    listDatabases: async (project, instance) => {
      const answer = await ask(project, 'cloudsql.databases.list', ({ databases }) =>
        orNull(400, databases.list({ project, instance })),
      );
      return answer === null ? null : (answer.items ?? []).map(({ name }) => name ?? '');
    },
    listUsers: async (project, instance) => {
      const answer = await ask(project, 'cloudsql.users.list', ({ users }) =>
        orNull(400, users.list({ project, instance })),
      );
      return answer === null ? null : (answer.items ?? []);
    },
    findBackup: async (project, instance) => {
      for (let page = 0, pageToken = ''; page < mostPages; page++) {
        const request = { project, instance, ...(pageToken === '' ? {} : { pageToken }) };
        const [{ items, nextPageToken }] = await ask(project, 'cloudsql.backupRuns.list', ({ backups }) =>
          backups.list(request),
        );
        const found = (items ?? []).find(({ status }): boolean => status === 'SUCCESSFUL');
        if (found !== undefined) return found satisfies BackupRun;
        pageToken = nextPageToken ?? '';
        if (pageToken === '') return null;
      }
      return null;
    },
  };
}

function waitUntil(signal: AbortSignal): BackOffPorts {
  return {
    wait: async (milliseconds) => {
      await sleep(milliseconds, undefined, { signal });
    },
    random: Math.random,
  };
}

interface Clients {
  readonly instances: v1.SqlInstancesServiceClient;
  readonly databases: v1.SqlDatabasesServiceClient;
  readonly users: v1.SqlUsersServiceClient;
  readonly backups: v1.SqlBackupRunsServiceClient;
}

async function connect(endpoint: Endpoint | null): Promise<Clients> {
  // The debug log that this turns on has tokens in it.
  delete process.env['GOOGLE_SDK_NODE_LOGGING'];
  const { v1: api } = await import('@google-cloud/sql');
  const options = { fallback: true, scopes: ['https://www.googleapis.com/auth/cloud-platform'], ...endpoint };
  const clients = {
    instances: new api.SqlInstancesServiceClient(options),
    databases: new api.SqlDatabasesServiceClient(options),
    users: new api.SqlUsersServiceClient(options),
    backups: new api.SqlBackupRunsServiceClient(options),
  };
  // A call would do this too, and where there are no credentials end the process with a rejection that nobody can catch.
  for (const client of Object.values(clients)) await client.initialize();
  return clients;
}

/** The answer; null where the API refuses with that status. */
async function orNull<T>(status: number, answer: Promise<readonly [T, ...unknown[]]>): Promise<T | null> {
  try {
    return (await answer)[0];
  } catch (error) {
    if (readFault(error).status === status) return null;
    throw error;
  }
}

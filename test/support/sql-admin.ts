import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterAll } from '@jest/globals';
import { makeGoogleAccounts } from './google-accounts.ts';
import { listenOn } from './listen.ts';

type Json = Readonly<Record<string, unknown>>;

/** What one instance answers. */
export interface HeldInstance {
  readonly instance: Json;
  readonly databases: readonly string[];
  readonly users: readonly Json[];
  /** Newest first, in pages. */
  readonly backupPages: readonly (readonly Json[])[];
}

/** A way to answer that the API itself has on a bad day. */
export type Trouble =
  | { readonly kind: 'error'; readonly status: number; readonly reason: string; readonly message: string }
  | { readonly kind: 'body'; readonly status: number; readonly text: string }
  | { readonly kind: 'halfClosed' };

/** The Cloud SQL Admin API's real paths, answers and errors, on a loopback address. Ends at the end of the test file. */
export interface SqlAdminServer {
  /** Has the client library ask here, as somebody with a key. */
  readonly environment: Readonly<Record<string, string>>;
  /** Every path that was asked for, in order. */
  readonly calls: string[];
  /** Puts an instance of project acme-earth there. */
  hold(name: string, held: HeldInstance): unknown;
  remove(name: string): unknown;
  /** The next answers, each once; a null is a good one. */
  trouble(...next: readonly (Trouble | null)[]): unknown;
  /** Begins anew, with nothing in it. */
  clear(): void;
}

export async function startSqlAdmin(): Promise<SqlAdminServer> {
  const accounts = makeGoogleAccounts();
  const email = 'reader@acme-earth.iam.gserviceaccount.com';
  const calls: string[] = [];
  const held = new Map<string, HeldInstance>();
  const troubles: (Trouble | null)[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://sqladmin');
    calls.push(`${url.pathname}${url.searchParams.has('pageToken') ? `?${url.searchParams.get('pageToken')}` : ''}`);
    const trouble = troubles.shift();
    if (trouble !== undefined && trouble !== null) makeTrouble(response, trouble);
    else if (accounts.recognise(request.headers.authorization ?? '') === email) answer(request, response, url, held);
    else answerError(response, 401, 'authError', 'Request had invalid authentication credentials.');
  });
  const port = await listenOn(server);
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    await accounts.stop();
  });
  return {
    environment: { ...accounts.keyFile(email), CLOUDSDK_API_ENDPOINT_OVERRIDES_SQL: `http://127.0.0.1:${port}/` },
    calls,
    hold: (name, value) => held.set(name, value),
    remove: (name) => held.delete(name),
    trouble: (...next) => troubles.push(...next),
    clear: () => {
      held.clear();
      calls.length = 0;
      troubles.length = 0;
    },
  };
}

/** https://cloud.google.com/sql/docs/postgres/admin-api/rest: v1.instances.get, databases.list, users.list, backupRuns.list */
function answer(
  { method }: IncomingMessage,
  response: ServerResponse,
  { pathname, searchParams }: URL,
  held: ReadonlyMap<string, HeldInstance>,
): void {
  const path = /^\/v1\/projects\/acme-earth\/instances\/([^/]+)(?:\/(databases|users|backupRuns))?$/.exec(pathname);
  const found = held.get(path?.[1] ?? '');
  if (path === null || method !== 'GET')
    answerError(response, 403, 'notAuthorized', 'The client is not authorized to make this request.');
  else if (found === undefined)
    answerError(response, 404, 'instanceDoesNotExist', 'The Cloud SQL instance does not exist.');
  else answerOf(found, path[2], Number(searchParams.get('pageToken') ?? 0), response);
}

function answerOf(held: HeldInstance, part: string | undefined, page: number, response: ServerResponse): void {
  const stopped = (held.instance['settings'] as Json)['activationPolicy'] === 'NEVER';
  if (part === undefined) answerJson(response, 200, held.instance);
  else if (part === 'backupRuns') {
    const more = page + 1 < held.backupPages.length ? { nextPageToken: String(page + 1) } : {};
    answerJson(response, 200, { kind: 'sql#backupRunsList', items: held.backupPages[page] ?? [], ...more });
  } else if (stopped) answerError(response, 400, 'invalidState', 'Invalid request since instance is not running.');
  else {
    const databases = held.databases.map((name) => ({ kind: 'sql#database', name }));
    answerJson(response, 200, { kind: `sql#${part}List`, items: part === 'users' ? held.users : databases });
  }
}

function makeTrouble(response: ServerResponse, trouble: Trouble): void {
  switch (trouble.kind) {
    case 'error':
      answerError(response, trouble.status, trouble.reason, trouble.message);
      break;
    case 'body':
      response.writeHead(trouble.status, { 'content-type': 'text/html' }).end(trouble.text);
      break;
    case 'halfClosed':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' }).write('{"kind":');
      setTimeout(() => response.destroy(), 20);
      break;
    default:
      trouble satisfies never;
  }
}

function answerError(response: ServerResponse, code: number, reason: string, message: string): void {
  answerJson(response, code, { error: { code, message, errors: [{ message, domain: 'global', reason }] } });
}

function answerJson(response: ServerResponse, status: number, body: Json): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify(body));
}

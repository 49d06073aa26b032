import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { ProxyWay } from '../../../src/model/proxy-way.ts';
import { listenOn } from '../listen.ts';
import { type Authority, fingerprintOf } from './certificates.ts';
import { adminScope, loginScope, type Tokens } from './tokens.ts';

/** What the SQL Admin API knows of the one instance. */
export interface Instance {
  /** `project:region:name`. */
  readonly connectionName: string;
  /** The loopback address that its server proxy listens on. */
  readonly address: string;
  /** Its one way in: a proxy that asks for another finds no address. */
  readonly way: ProxyWay;
  /** Google accounts with `roles/cloudsql.client`. */
  readonly clients: ReadonlySet<string>;
  /** What the API says to everybody instead, where it has a bad day. */
  refusal: Answer | null;
}

/** The certificates that were issued, by fingerprint: each with the account whose login token came with the request, or null. */
export type Issued = Map<string, { readonly login: string | null }>;

export type Answer = readonly [status: number, body: object];

/**
 * The two methods of the SQL Admin API that the Auth Proxy and Google's connectors call, for one instance: `connectSettings` and
 * `generateEphemeralCert`. It gives both only to an account with `roles/cloudsql.client` and a token of the API's scope.
 * Source: https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1beta4/connect, and what the proxy's connector asks
 * and checks: internal/cloudsql/refresh.go in cloud-sql-go-connector.
 */
export async function startAdminApi(
  instance: Instance,
  authorities: { readonly server: Authority; readonly client: Authority },
  tokens: Tokens,
  issued: Issued,
): Promise<{ readonly server: Server; readonly url: string }> {
  const [project, , name] = instance.connectionName.split(':');
  const path = `/sql/v1beta4/projects/${project}/instances/${name}`;
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    if (instance.refusal !== null) return instance.refusal;
    const bearer = request.headers.authorization?.replace('Bearer ', '') ?? '';
    const account = tokens.read(bearer, adminScope);
    if (account === null) return refuse(401, 'Request had invalid authentication credentials.');
    const asked = new URL(request.url ?? '/', 'http://api').pathname;
    if (asked === path.replace('/sql/v1beta4', '/v1')) return refuse(403, 'Only who connects is known here.');
    if (asked !== `${path}/connectSettings` && asked !== `${path}:generateEphemeralCert`)
      return refuse(404, 'The Cloud SQL instance does not exist.');
    if (!instance.clients.has(account)) return refuse(403, 'The client is not authorized to make this request.');
    if (asked.endsWith('/connectSettings')) return [200, connectSettings(instance, authorities.server)];
    return await generateEphemeralCert(await readBody(request), authorities.client, tokens, issued);
  };
  const server = createServer(async (request, response) => {
    const [status, body] = await answer(request).catch((error): Answer => refuse(500, String(error)));
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  });
  return { server, url: `http://127.0.0.1:${await listenOn(server)}` };
}

/** No name is resolved here: the address stands where an endpoint's name would. */
function describePlace({ way, address }: Instance): object {
  if (way === 'psc') {
    const endpoint = { name: address, connectionType: 'PRIVATE_SERVICE_CONNECT', dnsScope: 'INSTANCE' };
    return { pscEnabled: true, dnsNames: [endpoint] };
  }
  return { ipAddresses: [{ type: way === 'privateIp' ? 'PRIVATE' : 'PRIMARY', ipAddress: address }] };
}

function connectSettings(instance: Instance, authority: Authority): object {
  return {
    kind: 'sql#connectSettings',
    backendType: 'SECOND_GEN',
    databaseVersion: 'POSTGRES_15',
    region: instance.connectionName.split(':')[1],
    serverCaMode: 'GOOGLE_MANAGED_INTERNAL_CA',
    serverCaCert: {
      kind: 'sql#sslCert',
      cert: authority.certificate,
      expirationTime: new Date(Date.now() + 86_400_000).toISOString(),
    },
    ...describePlace(instance),
  };
}

async function generateEphemeralCert(
  body: { readonly public_key?: string; readonly access_token?: string },
  authority: Authority,
  tokens: Tokens,
  issued: Issued,
): Promise<Answer> {
  const { public_key: key, access_token: token } = body;
  if (key === undefined) return refuse(400, 'Missing parameter: public_key.');
  const login = token === undefined ? null : tokens.read(token, loginScope);
  if (token !== undefined && login === null) return refuse(400, 'Invalid access token.');
  // The connector calls it an RSA key's own format, and it is the general one: internal/cloudsql/refresh.go.
  const cert = await authority.issue(key.replaceAll('RSA PUBLIC KEY', 'PUBLIC KEY'), '/CN=client');
  issued.set(fingerprintOf(cert), { login });
  return [200, { ephemeralCert: { kind: 'sql#sslCert', cert } }];
}

/** https://cloud.google.com/apis/design/errors */
export function refuse(code: number, message: string, reason = 'refused'): Answer {
  return [code, { error: { code, message, errors: [{ message, domain: 'global', reason }] } }];
}

async function readBody(request: IncomingMessage): Promise<object> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString()) as object;
}

import { generateKeyPairSync } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { listenOn } from '../listen.ts';
import type { Issued } from './admin-api.ts';
import type { Authority } from './certificates.ts';
import { readFirstMessage, writeFatal } from './startup-message.ts';

/** Where the Auth Proxy always goes: https://cloud.google.com/sql/docs/postgres/sql-proxy#port */
const port = 3307;

export interface ServerProxyOptions {
  /** `project:name`, which the proxy looks for in the certificate. */
  readonly commonName: string;
  readonly psc: boolean;
  readonly authorities: { readonly server: Authority; readonly client: Authority };
  readonly issued: Issued;
  /** Database users that log in by IAM: no password is asked of them. */
  readonly iamUsers: ReadonlySet<string>;
  /** The real PostgreSQL behind it, on 127.0.0.1. */
  readonly postgresPort: number;
}

/**
 * The server proxy of an instance, on a loopback address of its own: TLS with certificates on both sides. It lets in
 * who shows a certificate that was issued, and an IAM login only with that very account's; then PostgreSQL has the word.
 */
export async function startServerProxy(
  options: ServerProxyOptions,
): Promise<{ readonly server: Server; readonly address: string }> {
  for (let tries = 0; ; tries++) {
    const address = `127.${[0, 0, 0].map(() => 2 + Math.floor(Math.random() * 250)).join('.')}`;
    const server = await makeServer(options, address);
    try {
      await listenOn(server, address, port);
      return { server, address };
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}

async function makeServer(options: ServerProxyOptions, address: string): Promise<Server> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const { server, client } = options.authorities;
  const host = options.psc ? `IP:${address}` : undefined;
  const cert = await server.issue(publicKey, `/CN=${options.commonName}`, host);
  const tls = { cert, key: privateKey, ca: client.certificate, requestCert: true, rejectUnauthorized: true } as const;
  return createServer({ ...tls, minVersion: 'TLSv1.3' }, (socket) => admit(socket, options));
}

/** Reads the client's first words, and joins it to PostgreSQL if it may be who it says. */
function admit(socket: TLSSocket, options: ServerProxyOptions): void {
  socket.on('error', () => socket.destroy());
  const certificate = options.issued.get(socket.getPeerCertificate().fingerprint256);
  let heard = Buffer.alloc(0);
  const listen = (chunk: Buffer) => {
    heard = Buffer.concat([heard, chunk]);
    const first = readFirstMessage(heard);
    if (first.kind === 'incomplete') return;
    if (first.kind === 'encryption') {
      heard = heard.subarray(first.length);
      socket.write('N');
      if (heard.length > 0) listen(Buffer.alloc(0));
      return;
    }
    socket.off('data', listen);
    const refusal = first.kind === 'startup' ? findRefusal(first.user, certificate, options.iamUsers) : null;
    if (refusal === null) join(socket, connect(options.postgresPort, '127.0.0.1'), heard);
    else socket.end(writeFatal('28000', refusal));
  };
  socket.on('data', listen);
}

/** Null where PostgreSQL decides: the login is the certificate's own account's, or has a password. */
function findRefusal(
  user: string,
  certificate: { readonly login: string | null } | undefined,
  iamUsers: ReadonlySet<string>,
): string | null {
  if (certificate === undefined) return 'the certificate was not issued for this instance';
  if (!iamUsers.has(user)) return null;
  // A service account's login is its address without the end: https://cloud.google.com/sql/docs/postgres/iam-logins
  const own = certificate.login?.replace(/\.gserviceaccount\.com$/, '');
  return own === user ? null : `Cloud SQL IAM service account authentication failed for user "${user}"`;
}

function join(client: Socket, database: Socket, heard: Buffer): void {
  database.write(heard);
  client.pipe(database).pipe(client);
  database.on('error', () => client.destroy()).on('close', () => client.destroy());
  client.on('close', () => database.destroy());
}

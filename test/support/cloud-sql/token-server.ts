import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer as createProxy, type IncomingMessage, type Server } from 'node:http';
import { createServer } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { listenOn } from '../listen.ts';
import type { Authority } from './certificates.ts';
import { adminScope, loginScope, type Tokens } from './tokens.ts';

const host = 'oauth2.googleapis.com';

/**
 * What a laptop has after `gcloud auth application-default login`: the file, and Google's token server. Its address is
 * fixed, so it is reached through a proxy, as in a company's network, and proves by TLS that it is the one.
 * Source: https://developers.google.com/identity/protocols/oauth2/web-server#offline, and `tokeninfo` in
 * google-auth-library's oauth2client.
 */
export async function startTokenServer(
  email: string,
  tokens: Tokens,
  authority: Authority,
  folder: string,
): Promise<{ readonly servers: readonly Server[]; readonly environment: Readonly<Record<string, string>> }> {
  const refreshToken = randomUUID();
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const cert = await authority.issue(publicKey, `/CN=${host}`, `DNS:${host}`);
  const google = createServer({ cert, key: privateKey }, async (request, response) => {
    const answer = await answerTo(request, { email, refreshToken }, tokens);
    response.writeHead(answer === null ? 400 : 200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(answer ?? { error: 'invalid_grant', error_description: 'Bad Request' }));
  });
  const googlePort = await listenOn(google);
  const proxy = createProxy().on('connect', ({ url }: IncomingMessage, client) => {
    if (url !== `${host}:443`) {
      client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    const upstream = connect(googlePort, '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    upstream.on('error', () => client.destroy()).pipe(client);
    client.on('error', () => upstream.destroy()).pipe(upstream);
  });
  const [file, ca] = [join(folder, `${randomUUID()}.json`), join(folder, `${randomUUID()}.crt`)];
  const login = { type: 'authorized_user', client_id: 'gcloud', client_secret: 'x', refresh_token: refreshToken };
  writeFileSync(file, JSON.stringify(login), { mode: 0o600 });
  writeFileSync(ca, authority.certificate);
  return {
    servers: [google, proxy],
    environment: {
      GOOGLE_APPLICATION_CREDENTIALS: file,
      NODE_EXTRA_CA_CERTS: ca,
      HTTPS_PROXY: `http://127.0.0.1:${await listenOn(proxy)}`,
      NO_PROXY: '127.0.0.1',
      METADATA_SERVER_DETECTION: 'none',
    },
  };
}

/** A new access token for the refresh token; whose an access token is. Null for what is not this person's. */
async function answerTo(
  request: IncomingMessage,
  { email, refreshToken }: { readonly email: string; readonly refreshToken: string },
  tokens: Tokens,
): Promise<object | null> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const words = new URLSearchParams(Buffer.concat(parts).toString());
  // gcloud asks for these two, and for the address, when a person logs in.
  const scopes = [adminScope, loginScope];
  if (request.url === '/token' && words.get('refresh_token') === refreshToken)
    return { access_token: tokens.give({ account: email, scopes }), expires_in: 3599, token_type: 'Bearer' };
  const bearer = request.headers.authorization?.replace('Bearer ', '') ?? '';
  if (request.url === '/tokeninfo' && tokens.read(bearer, adminScope) === email)
    return { email, email_verified: 'true', expires_in: '3599', scope: `openid ${scopes.join(' ')}` };
  return null;
}

import { createPublicKey, createVerify, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { makeTemporaryFolder } from './temporary.ts';

type Environment = Readonly<Record<string, string>>;

/** Who a process is to Google, as its client libraries find it out (application default credentials). */
export interface GoogleAccounts {
  /**
   * The environment of a pod that is this service account: GKE's metadata server gives it tokens. Null: it gives none,
   * as where the Workload Identity binding is missing.
   */
  pod(email: string | null): Promise<Environment>;
  /** The environment of a machine that has a key of this service account. */
  keyFile(email: string): Environment;
  /** Whom the `authorization` header of a call is of; null for a token that Google did not give. */
  recognise(authorization: string): string | null;
  stop(): Promise<void>;
}

export function makeGoogleAccounts(): GoogleAccounts {
  const tokens = new Map<string, string>();
  const keys = new Map<string, KeyObject>();
  const servers: Server[] = [];
  return {
    pod: async (email) => {
      const token = email === null ? null : randomBytes(24).toString('hex');
      if (token !== null && email !== null) tokens.set(token, email);
      const server = createServer((request, response) => {
        const { status, text } = answerMetadata(request.url ?? '', request.headers['metadata-flavor'], email, token);
        response.writeHead(status, { 'Metadata-Flavor': 'Google', 'Content-Type': readType(text) }).end(text);
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      servers.push(server);
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
      const host = `127.0.0.1:${address.port}`;
      // By its name for all clients; Python's first looks whether anybody answers at its address.
      return { GCE_METADATA_HOST: host, GCE_METADATA_IP: host };
    },
    keyFile: (email) => {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      keys.set(email, createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })));
      const path = join(makeTemporaryFolder('key'), 'key.json');
      const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
      const file = { type: 'service_account', project_id: 'test', private_key_id: '1', client_email: email };
      writeFileSync(path, JSON.stringify({ ...file, private_key: key }), { mode: 0o600 });
      return { GOOGLE_APPLICATION_CREDENTIALS: path, METADATA_SERVER_DETECTION: 'none' };
    },
    recognise: (authorization) => {
      const token = authorization.replace(/^Bearer /, '');
      return tokens.get(token) ?? readSignedToken(token, keys);
    },
    stop: async () => {
      for (const server of servers.splice(0)) {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      }
    },
  };
}

const cloudPlatform = 'https://www.googleapis.com/auth/cloud-platform';

/** https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys, as far as GKE's server has them. */
function answerMetadata(url: string, flavor: unknown, email: string | null, token: string | null) {
  const path = new URL(url, 'http://metadata').pathname.replace('/computeMetadata/v1/', '');
  if (flavor !== 'Google') return { status: 403, text: 'Missing required header "Metadata-Flavor: Google"' };
  switch (path) {
    case '/':
    case 'instance':
      return { status: 200, text: '' };
    case 'universe/universe-domain':
    case 'universe/universe_domain':
      return { status: 200, text: 'googleapis.com' };
    case 'project/project-id':
      return { status: 200, text: 'test' };
    case 'instance/service-accounts/default/':
      return {
        status: 200,
        text: JSON.stringify({ email: email ?? 'default', aliases: ['default'], scopes: [cloudPlatform] }),
      };
    case 'instance/service-accounts/default/email':
      return { status: 200, text: email ?? 'default' };
    case `instance/service-accounts/${email}/token`:
    case 'instance/service-accounts/default/token':
      if (token !== null)
        return { status: 200, text: JSON.stringify({ access_token: token, expires_in: 3600, token_type: 'Bearer' }) };
      return {
        status: 403,
        text: `Unable to generate access token; IAM returned 403 Forbidden: Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).`,
      };
    default:
      return { status: 404, text: 'not found' };
  }
}

function readType(text: string): string {
  return text.startsWith('{') ? 'application/json' : 'application/text';
}

/** A token that a key's owner signs, for an API or for a scope: https://google.aip.dev/auth/4111 */
function readSignedToken(token: string, keys: ReadonlyMap<string, KeyObject>): string | null {
  const [head, body, signature] = token.split('.');
  if (head === undefined || body === undefined || signature === undefined) return null;
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as Record<string, unknown>;
  const email = String(claims['iss']);
  const key = keys.get(email);
  if (key === undefined || claims['sub'] !== email || Number(claims['exp']) * 1000 < Date.now()) return null;
  const forUs = claims['aud'] === 'https://secretmanager.googleapis.com/' || claims['scope'] === cloudPlatform;
  const verifier = createVerify('RSA-SHA256').update(`${head}.${body}`);
  return forUs && verifier.verify(key, signature, 'base64url') ? email : null;
}

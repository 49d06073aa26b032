import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { protos } from '@google-cloud/secret-manager';
import {
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { afterAll } from '@jest/globals';
import { type GoogleAccounts, makeGoogleAccounts } from './google-accounts.ts';
import { runOrThrow } from './run.ts';
import { makeTemporaryFolder } from './temporary.ts';

const { AccessSecretVersionRequest, AccessSecretVersionResponse } = protos.google.cloud.secretmanager.v1;
type Request = protos.google.cloud.secretmanager.v1.AccessSecretVersionRequest;
type Response = protos.google.cloud.secretmanager.v1.IAccessSecretVersionResponse;

/**
 * Google's Secret Manager as its clients see it: its protocol and errors, behind its own name and port on a loopback
 * address. A client library reaches it without a setting of its own, given `hosts` (see `withHosts`) and `environment`.
 */
export interface SecretManager {
  /** The line of /etc/hosts. */
  readonly hosts: string;
  /** Has a client trust the server's certificate, in Node and in gRPC's other languages. */
  readonly environment: Readonly<Record<string, string>>;
  readonly accounts: GoogleAccounts;
  /** The secret is made with its first version: `projects/acme/secrets/name`. */
  addVersion(secret: string, data: string): void;
  makeSecret(secret: string): void;
  /** Of the newest version. */
  disable(secret: string): void;
  /** `roles/secretmanager.secretAccessor` on the secret. */
  grant(email: string, secret: string): void;
  revoke(email: string, secret: string): void;
  /** Who asked for what, in order. */
  readonly calls: { readonly email: string | null; readonly name: string; readonly code: number }[];
  stop(): Promise<void>;
}

interface Version {
  readonly data: string;
  enabled: boolean;
}

const running = new Set<SecretManager>();

afterAll(async () => {
  await Promise.all([...running].map((server) => server.stop()));
});

/** Needs the right to listen on port 443, which whoever makes namespaces has. Ends at the end of the test file. */
export async function startSecretManager(): Promise<SecretManager> {
  const certificate = await makeCertificate();
  const accounts = makeGoogleAccounts();
  const secrets = new Map<string, Version[]>();
  const grants = new Set<string>();
  const calls: { email: string | null; name: string; code: number }[] = [];
  const access: handleUnaryCall<Request, Response> = ({ metadata, request }, answer) => {
    const email = accounts.recognise(String(metadata.get('authorization')[0] ?? ''));
    const found = findVersion(email, request.name, secrets, grants);
    calls.push({ email, name: request.name, code: 'data' in found ? 0 : found.code });
    if (!('data' in found)) return answer(found as ServiceError);
    answer(null, { name: request.name, payload: { data: Buffer.from(found.data) } });
  };
  const server = new Server();
  server.addService(service, { accessSecretVersion: access });
  const address = await listen(server, certificate);
  const manager: SecretManager = {
    hosts: `${address} secretmanager.googleapis.com`,
    environment: { NODE_EXTRA_CA_CERTS: certificate.file, GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: certificate.file },
    accounts,
    makeSecret: (secret) => void secrets.set(secret, []),
    addVersion: (secret, data) => void secrets.set(secret, [...(secrets.get(secret) ?? []), { data, enabled: true }]),
    disable: (secret) => {
      const newest = secrets.get(secret)?.at(-1);
      if (newest !== undefined) newest.enabled = false;
    },
    grant: (email, secret) => void grants.add(`${email} ${secret}`),
    revoke: (email, secret) => void grants.delete(`${email} ${secret}`),
    calls,
    stop: async () => {
      running.delete(manager);
      server.forceShutdown();
      await accounts.stop();
    },
  };
  running.add(manager);
  return manager;
}

/** In the order and the words of the real one, which does not say to everybody what is there. */
function findVersion(
  email: string | null,
  name: string,
  secrets: ReadonlyMap<string, readonly Version[]>,
  grants: ReadonlySet<string>,
): Version | { code: status; details: string } {
  const secret = name.replace(/\/versions\/latest$/, '');
  if (email === null)
    return { code: status.UNAUTHENTICATED, details: 'Request had invalid authentication credentials.' };
  if (!grants.has(`${email} ${secret}`)) {
    const permission = `Permission 'secretmanager.versions.access' denied for resource '${name}' (or it may not exist).`;
    return { code: status.PERMISSION_DENIED, details: permission };
  }
  const newest = secrets.get(secret)?.at(-1);
  if (newest === undefined)
    return { code: status.NOT_FOUND, details: `Secret [${secret}] not found or has no versions.` };
  if (newest.enabled) return newest;
  return { code: status.FAILED_PRECONDITION, details: `Secret Version [${name}] is in DISABLED state.` };
}

const service: ServiceDefinition = {
  accessSecretVersion: {
    path: '/google.cloud.secretmanager.v1.SecretManagerService/AccessSecretVersion',
    requestStream: false,
    responseStream: false,
    requestSerialize: (message: Request) => Buffer.from(AccessSecretVersionRequest.encode(message).finish()),
    requestDeserialize: (bytes) => AccessSecretVersionRequest.decode(bytes),
    responseSerialize: (message: Response) => Buffer.from(AccessSecretVersionResponse.encode(message).finish()),
    responseDeserialize: (bytes) => AccessSecretVersionResponse.decode(bytes),
  },
};

interface Certificate {
  readonly file: string;
  readonly key: string;
}

async function makeCertificate(): Promise<Certificate> {
  const folder = makeTemporaryFolder('secret-manager');
  const [file, key] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  const name = ['-subj', '/CN=secretmanager', '-addext', 'subjectAltName=DNS:secretmanager.googleapis.com'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-days', '2'];
  await runOrThrow('openssl', ['req', ...kind, ...name, '-keyout', key, '-out', file]);
  return { file, key };
}

/** On a loopback address that no other suite uses. */
async function listen(server: Server, { file, key }: Certificate): Promise<string> {
  const pair = { cert_chain: readFileSync(file), private_key: readFileSync(key) };
  const credentials = ServerCredentials.createSsl(null, [pair]);
  for (let tries = 1; ; tries++) {
    const address = makeLoopbackAddress();
    try {
      await new Promise<void>((resolve, reject) => {
        server.bindAsync(`${address}:443`, credentials, (error) => (error === null ? resolve() : reject(error)));
      });
      return address;
    } catch (cause) {
      if (tries === 5) throw new Error('no loopback address has port 443 free', { cause });
    }
  }
}

/** One of the sixteen million of 127.0.0.0/8, all of which Linux answers on. */
export function makeLoopbackAddress(): string {
  const part = () => 1 + Math.floor(Math.random() * 253);
  return `127.${part()}.${part()}.${part()}`;
}

import { randomUUID, X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runOrThrow } from '../run.ts';

/** A certificate authority of the suite's own. */
export interface Authority {
  /** Its own certificate, PEM. */
  readonly certificate: string;
  /** Signs a public key (PEM): `/CN=…`, and `IP:…` or `DNS:…` where the certificate names a host. */
  issue(publicKey: string, subject: string, host?: string): Promise<string>;
}

/** Its files are in a folder of the caller's; OpenSSL does the work, since Node makes no certificates. */
export async function makeAuthority(folder: string, name: string): Promise<Authority> {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  await runOrThrow('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', key]);
  await runOrThrow('openssl', [
    'req',
    '-x509',
    '-new',
    '-key',
    key,
    '-days',
    '1',
    '-subj',
    `/CN=${name}`,
    '-out',
    certificate,
  ]);
  const sign = async (publicKey: string, subject: string, host?: string) => {
    const file = join(folder, randomUUID());
    await writeFile(`${file}.pem`, publicKey);
    await writeFile(`${file}.cnf`, `[names]\n${host === undefined ? '' : `subjectAltName=${host}\n`}`);
    const signer = ['-CA', certificate, '-CAkey', key, '-days', '1', '-extfile', `${file}.cnf`, '-extensions', 'names'];
    const subjectAndKey = ['-new', '-subj', subject, '-force_pubkey', `${file}.pem`];
    return (await runOrThrow('openssl', ['x509', ...subjectAndKey, ...signer])).stdout;
  };
  return { certificate: await readFile(certificate, 'utf8'), issue: sign };
}

/** By what a TLS server knows a client's certificate again. */
export function fingerprintOf(certificate: string): string {
  return new X509Certificate(certificate).fingerprint256;
}

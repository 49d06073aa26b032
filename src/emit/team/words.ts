import type { Platform } from '../../model/platform.ts';
import type { Fragment } from '../../print/fragment.ts';
import { markdownShell } from '../../print/markdown.ts';
import { shellArgument } from '../../print/shell.ts';

/** One word of a command in a fenced block. */
export function shellPiece(value: string): Fragment<'markdown'> {
  return markdownShell(shellArgument(value).text);
}

/** libpq's `key=value` words as one argument of psql. */
export function conninfoPiece(words: Readonly<Record<string, string | number>>): Fragment<'markdown'> {
  const text = Object.entries(words).map(([key, value]) => `${key}=${quoteValue(String(value))}`);
  return shellPiece(text.join(' '));
}

/** https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING */
function quoteValue(value: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(value) ? value : `'${value.replace(/[\\']/g, '\\$&')}'`;
}

/** The variables that Terraform asks for, each as one word of `-var`. */
export function viewVariables({ gcp }: Platform): { readonly [key: string]: Fragment<'markdown'> } {
  return {
    project: shellPiece(`project_id=${gcp.project}`),
    region: shellPiece(`region=${gcp.region}`),
    network: shellPiece(`private_network=${gcp.network}`),
  };
}

/** A machine as a person reaches it: PostgreSQL's port through Identity-Aware Proxy on one of their own. */
export interface ReachedMachine {
  readonly database: 'ingest' | 'pgstac';
  readonly machine: string;
  readonly port: number;
  readonly login: string;
  readonly passwordSecret: string;
  readonly caSecret: string;
  readonly caFile: string;
}

/** Empty on Cloud SQL. Not 5432, which a PostgreSQL of one's own would have. */
export function listMachines({ hosting, prefix }: Platform): readonly ReachedMachine[] {
  if (hosting.kind !== 'virtualMachines') return [];
  return (['ingest', 'pgstac'] as const).map((database, index) => ({
    database,
    machine: hosting[database].machine,
    port: 15432 + index,
    login: hosting[database].login,
    passwordSecret: hosting[database].passwordSecret,
    caSecret: hosting[database].caSecret,
    caFile: `${prefix}-${database}-ca.crt`,
  }));
}

/** Whether the passwords come from Terraform's variables: Secret Manager then follows the machines' metadata. */
export function hasMetadataPasswords({ hosting }: Platform): boolean {
  return hosting.kind === 'virtualMachines' && hosting.passwords === 'metadata';
}

export function conninfoOf({ port, database, login, caFile }: ReachedMachine): Fragment<'markdown'> {
  return conninfoPiece({
    host: 'localhost',
    port,
    dbname: database,
    user: login,
    sslmode: 'verify-full',
    sslrootcert: caFile,
  });
}

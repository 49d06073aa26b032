import { proxyPort } from '../../model/dsn.ts';
import type { Person, Platform } from '../../model/platform.ts';
import { jsonValue } from '../../print/json.ts';
import { shellArgument } from '../../print/shell.ts';
import { renderTemplate } from '../render.ts';
import { listMachines } from './words.ts';

interface Server {
  readonly name: string;
  readonly host: '127.0.0.1' | 'localhost';
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly sslMode: 'disable' | 'verify-full';
  readonly comment: string;
  /** What the desktop application asks for the password; null where the Auth Proxy has proved who it is. */
  readonly passwordCommand: string | null;
}

/**
 * The servers as pgAdmin imports them (its documentation, 'Import/Export Servers'), each behind a tunnel or the Auth
 * Proxy on the person's own machine. No password is among them.
 */
export function renderPgadmin(platform: Platform): string {
  const servers = listServers(platform);
  return renderTemplate('team/pgadmin-servers.json', 'json', {
    servers: servers.map((server, index) => ({
      // pgAdmin numbers them, in text.
      id: jsonValue(String(index + 1)),
      name: jsonValue(server.name),
      group: jsonValue(platform.prefix),
      host: jsonValue(server.host),
      port: jsonValue(server.port),
      database: jsonValue(server.database),
      username: jsonValue(server.username),
      sslMode: jsonValue(server.sslMode),
      comment: jsonValue(server.comment),
      passwordCommand: server.passwordCommand === null ? null : jsonValue(server.passwordCommand),
      last: index === servers.length - 1,
    })),
  });
}

function listServers(platform: Platform): readonly Server[] {
  const { hosting } = platform;
  switch (hosting.kind) {
    case 'cloudSql':
      return platform.people.flatMap((person) => listLogins(platform, person));
    case 'virtualMachines':
      return listMachines(platform).map(({ database, machine, port, login, caFile, passwordSecret }) => ({
        name: machine,
        // A name that the server's certificate has.
        host: 'localhost',
        port,
        database,
        username: login,
        sslMode: 'verify-full',
        comment: `Root certificate: ${caFile}, see team/access.md`,
        passwordCommand: `gcloud secrets versions access latest --secret=${shellArgument(passwordSecret).text} --project=${shellArgument(platform.gcp.project).text}`,
      }));
    default:
      return hosting satisfies never;
  }
}

/** One for each database that the person is granted. */
function listLogins(platform: Platform, { email, kind, grants }: Person): readonly Server[] {
  const granted = (['pgstac', 'ingest'] as const).filter((database) => grants[database] !== null);
  return granted.map((database) => ({
    name: `${database} as ${email}`,
    host: '127.0.0.1',
    port: proxyPort(platform),
    database: platform.databases[database].name,
    username: email.toLowerCase(),
    // The Auth Proxy does TLS itself.
    sslMode: 'disable',
    comment:
      kind === 'group' ? 'A group: put your own address as the username' : 'Through the Auth Proxy, see team/access.md',
    passwordCommand: null,
  }));
}

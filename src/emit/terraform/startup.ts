import type { Artifact } from '../../artifact/artifact.ts';
import { pgstacSha256 } from '../../model/pgstac-releases.ts';
import type { Databases, Platform, VirtualMachinesHosting } from '../../model/platform.ts';
import { type Fragment, joinFragments } from '../../print/fragment.ts';
import { shellWord } from '../../print/shell.ts';
import { renderTemplate, type View } from '../render.ts';
import { listSqlScripts, type SqlScript } from '../sql.ts';

const folder = 'terraform/postgres_vms';

/** What one machine is given: the script that it runs at every boot, and the SQL that the script asks for by name. */
export function emitStartup(
  platform: Platform,
  hosting: VirtualMachinesHosting,
  database: 'ingest' | 'pgstac',
): readonly Artifact[] {
  const machine = hosting[database];
  const scripts = listSqlScripts(platform).filter((script) => script.database === database);
  // What pgSTAC's own SQL needs, and what needs it.
  const before = scripts.filter(({ step }) => database === 'pgstac' && (step === 'extensions' || step === 'roles'));
  const text = renderTemplate('terraform/postgres_vms/startup.sh', 'shell', {
    project: shellWord(platform.gcp.project),
    host: shellWord(machine.host),
    machine: shellWord(machine.machine),
    database: shellWord(platform.databases[database].name),
    login: shellWord(machine.login),
    passwordSecret: shellWord(machine.passwordSecret),
    passwordKey: hosting.passwords === 'metadata' ? shellWord(`${database.toUpperCase()}_PASSWORD`) : null,
    caSecret: shellWord(machine.caSecret),
    clients: joinWords(hosting.clients),
    backups: {
      bucket: shellWord(hosting.backups.bucket),
      folder: shellWord(machine.backupFolder),
      startTime: shellWord(hosting.backups.startTime),
      fullEveryDays: shellWord(String(hosting.backups.fullEveryDays)),
      retained: shellWord(String(hosting.backups.retained)),
    },
    opsAgent: hosting.opsAgent,
    pgstac:
      database === 'pgstac'
        ? { ...viewPgstac(platform.databases.pgstac), sqlBefore: joinWords(before.map(stem)) }
        : null,
    sqlAfter: joinWords(scripts.filter((script) => !before.includes(script)).map(stem)),
  });
  return [
    { path: `${folder}/startup-${database}.sh`, text, executable: true },
    ...scripts.map((script) => ({ path: `${folder}/sql/${database}/${stem(script)}.sql`, text: script.text })),
  ];
}

/** `sql/pgstac-2-roles.sql` → `pgstac-2-roles`. */
function stem({ path }: SqlScript): string {
  return path.replace(/^.*\//, '').replace(/\.sql$/, '');
}

function joinWords(words: readonly string[]): Fragment<'shell'> {
  return joinFragments('shell', words.map(shellWord), ' ');
}

/** A release from its wheel, or from the spec's URL; a file of the compiling machine has to be brought. */
function viewPgstac({ version, source }: Databases['pgstac']): { readonly [key: string]: View<'shell'> } {
  const url = source !== null && /^https?:\/\//.test(source.location) ? source.location : null;
  return {
    version: shellWord(version),
    sha256: shellWord(source?.sha256 ?? pgstacSha256(version)),
    url: url === null ? null : shellWord(url),
    file: source !== null && url === null,
    wheel: source === null,
  };
}

import { proxyPort } from '../../model/dsn.ts';
import type { Person, Platform } from '../../model/platform.ts';
import { choosePeoplesWay } from '../../model/proxy-way.ts';
import { markdownCode, markdownText } from '../../print/markdown.ts';
import { renderTemplate, type View } from '../render.ts';
import { conninfoOf, conninfoPiece, listMachines, shellPiece } from './words.ts';

/** How each person reaches each database. */
export function renderAccess(platform: Platform): string {
  const { people, gcp, hosting } = platform;
  return renderTemplate('team/access.md', 'markdown', {
    title: markdownText(platform.prefix),
    project: shellPiece(gcp.project),
    people: people.map(viewPerson),
    cloudSql: viewCloudSql(platform),
    logins: hosting.kind === 'cloudSql' ? people.map((person) => viewLogin(platform, person)) : [],
    machines: viewMachines(platform),
    restore: viewRestore(platform),
  });
}

function viewPerson({ member, grants }: Person): View<'markdown'> {
  return {
    member: markdownCode(member),
    pgstac: markdownText(grants.pgstac ?? ''),
    ingest: markdownText(grants.ingest ?? ''),
  };
}

function viewCloudSql(platform: Platform): View<'markdown'> {
  const { hosting, bastion } = platform;
  if (hosting.kind !== 'cloudSql') return null;
  const way = choosePeoplesWay(platform);
  return {
    connectionName: shellPiece(hosting.connectionName),
    port: shellPiece(String(proxyPort(platform))),
    privateIp: way === 'privateIp',
    psc: way === 'psc',
    bastion: bastion === null ? null : { machine: shellPiece(bastion.machine), zone: shellPiece(bastion.zone) },
  };
}

/** A person's own lines; a group's members log in by their own address, which gcloud knows. */
function viewLogin(platform: Platform, { email, kind, grants }: Person): View<'markdown'> {
  const granted = (['pgstac', 'ingest'] as const).filter((database) => grants[database] !== null);
  return {
    who: markdownText(email),
    group: kind === 'group',
    lines: granted.map((database) => ({
      conninfo: conninfoPiece({
        host: '127.0.0.1',
        port: proxyPort(platform),
        dbname: platform.databases[database].name,
        user: kind === 'group' ? 'YOUR_OWN_ADDRESS' : email.toLowerCase(),
        sslmode: 'disable',
      }),
    })),
  };
}

function viewMachines(platform: Platform): View<'markdown'> {
  const { hosting } = platform;
  if (hosting.kind !== 'virtualMachines') return [];
  return listMachines(platform).map((machine) => ({
    machine: shellPiece(machine.machine),
    port: shellPiece(String(machine.port)),
    zone: shellPiece(hosting.zone),
    caSecret: shellPiece(machine.caSecret),
    caFile: shellPiece(machine.caFile),
    passwordSecret: shellPiece(machine.passwordSecret),
    conninfo: conninfoOf(machine),
  }));
}

function viewRestore({ hosting }: Platform): View<'markdown'> {
  if (hosting.kind !== 'virtualMachines') return null;
  const { bucket, startTime } = hosting.backups;
  return { bucket: shellPiece(`gs://${bucket}`), startTime: markdownCode(startTime) };
}

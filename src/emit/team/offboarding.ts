import { adminRoles, listLogins } from '../../model/logins.ts';
import type { Person, Platform } from '../../model/platform.ts';
import { markdownCode, markdownShell, markdownText } from '../../print/markdown.ts';
import { sqlIdentifier, sqlText } from '../../print/sql.ts';
import { listLaunchers } from '../kubernetes/launchers.ts';
import { renderTemplate, type View } from '../render.ts';
import { shellPiece } from './words.ts';

/** What each person has, and who takes it away. */
export function renderOffboarding(platform: Platform): string {
  const { people, gcp, hosting, prefix } = platform;
  const launchers = listLaunchers(platform);
  return renderTemplate('team/offboarding.md', 'markdown', {
    title: markdownText(prefix),
    project: shellPiece(gcp.project),
    instance: hosting.kind === 'cloudSql' ? shellPiece(hosting.instance) : null,
    machines: hosting.kind === 'virtualMachines',
    anyGroup: people.some(({ kind }) => kind === 'group'),
    kubernetes: platform.kubernetes !== null,
    people: people.map((person) => ({
      who: markdownText(person.email),
      member: shellPiece(person.member),
      resources: listPersonResources(platform, person).map(({ address, what }) => ({
        address: markdownCode(address),
        what: markdownText(what),
      })),
      group: person.kind === 'group',
      launches: launchers.includes(person),
      ...viewLogin(platform, person),
    })),
  });
}

/** A person's login on Cloud SQL, which Terraform leaves; on machines there are only the machines' own. */
function viewLogin(platform: Platform, person: Person): { readonly [key: string]: View<'markdown'> } {
  if (platform.hosting.kind !== 'cloudSql') return { logins: [] };
  return {
    user: shellPiece(person.email),
    logins: listRoles(platform, person).map(({ database, name, role }) => ({
      database: markdownShell(platform.databases[database].name),
      login: markdownShell(sqlText(name).text.trim()),
      name: markdownShell(sqlIdentifier(name).text),
      role: markdownShell(sqlIdentifier(role).text),
      owner: markdownShell(sqlIdentifier(adminRoles[database]).text),
    })),
  };
}

/** A person's login in each database where it is a member of a group role. */
function listRoles(platform: Platform, { member }: Person) {
  return (['pgstac', 'ingest'] as const).flatMap((database) =>
    listLogins(platform, database).flatMap(({ name, role, owner }) =>
      owner === member && role !== null ? [{ database, name, role }] : [],
    ),
  );
}

interface Given {
  /** Of Terraform's resource. */
  readonly address: string;
  readonly what: string;
}

/** Everything that Terraform has made for a person, and for nobody else. */
function listPersonResources(platform: Platform, person: Person): readonly Given[] {
  return platform.hosting.kind === 'cloudSql' ? listOnCloudSql(platform, person) : listOnMachines(person);
}

function listOnCloudSql(platform: Platform, person: Person): readonly Given[] {
  const { bastion, hosting } = platform;
  const { key } = person;
  const inside = hosting.kind === 'cloudSql' && hosting.bootstrap === 'terraform' ? listRoles(platform, person) : [];
  const wayIn: readonly Given[] =
    bastion === null
      ? []
      : [
          { address: `google_iap_tunnel_instance_iam_member.bastion["${key}"]`, what: 'the tunnel to the bastion' },
          { address: `google_project_iam_member.bastion_login["${key}"]`, what: 'logging in to the bastion' },
        ];
  return [
    ...wayIn,
    {
      address: `google_project_iam_member.cloudsql_client["person/${key}"]`,
      what: 'reaching the instance through the Auth Proxy',
    },
    { address: `google_project_iam_member.cloudsql_login["person/${key}"]`, what: 'logging in to PostgreSQL by IAM' },
    { address: `google_sql_user.person["${key}"]`, what: 'the login, of which Terraform only lets go' },
    ...inside.map(({ role }) => ({
      address: `postgresql_grant_role.login["person/${key}/${role}"]`,
      what: `what members of ${role} may`,
    })),
  ];
}

/** On machines a person has tunnels, and reads the CA's certificates and perhaps passwords. */
function listOnMachines({ key, grants }: Person): readonly Given[] {
  const reached = (['ingest', 'pgstac'] as const).filter((database) => grants[database] !== null);
  const written = reached.filter((database) => grants[database] !== 'read');
  return [
    ...reached.flatMap((database) => [
      {
        address: `google_iap_tunnel_instance_iam_member.person["${key}/${database}"]`,
        what: `the tunnel to the ${database} machine`,
      },
      {
        address: `google_secret_manager_secret_iam_member.person_ca["${key}/${database}"]`,
        what: `reading the CA's certificate of the ${database} machine`,
      },
    ]),
    ...written.map((database) => ({
      address: `google_secret_manager_secret_iam_member.person_password["${key}/${database}"]`,
      what: `reading the password of the ${database} machine's login`,
    })),
  ];
}

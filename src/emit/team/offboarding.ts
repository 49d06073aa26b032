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
function viewLogin(platform: Platform, { email, grants }: Person): { readonly [key: string]: View<'markdown'> } {
  if (platform.hosting.kind !== 'cloudSql') return { logins: [] };
  return {
    user: shellPiece(email),
    logins: (['pgstac', 'ingest'] as const)
      .filter((database) => grants[database] !== null)
      .map((database) => ({
        database: markdownShell(platform.databases[database].name),
        login: markdownShell(sqlText(email).text.trim()),
        name: markdownShell(sqlIdentifier(email).text),
        role: markdownShell(sqlIdentifier(`${database}_${grants[database]}`).text),
        owner: markdownShell(sqlIdentifier(`${database}_admin`).text),
      })),
  };
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

function listOnCloudSql({ bastion, hosting }: Platform, { key, grants }: Person): readonly Given[] {
  const granted = (['pgstac', 'ingest'] as const).flatMap((database) => {
    const level = grants[database];
    return level === null ? [] : [`${database}_${level}`];
  });
  const inside = hosting.kind === 'cloudSql' && hosting.bootstrap === 'terraform' ? granted : [];
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
    ...inside.map((role) => ({
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

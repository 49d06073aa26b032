import { adminRoles, groupRoles } from '../model/logins.ts';
import type { User } from './answers.ts';

/**
 * What Cloud SQL puts on an instance by itself: no difference, since no spec says it and no apply takes it away. A value
 * that Cloud SQL chooses where the spec says none (a zone, the size of a disk that has grown) is where it is read.
 */
const googlesOwn = {
  /** Keys that begin so are Google's; nobody else may set them: Resource Manager, "Requirements for labels". */
  labels: /^goog-/,
  /** Made with the instance: Cloud SQL for PostgreSQL, "About PostgreSQL databases". */
  databases: ['postgres', 'template0', 'template1', 'cloudsqladmin'],
  /** The superuser's stand-in, made with the instance, and Cloud SQL's own: "About PostgreSQL users and roles". */
  users: /^(postgres|cloudsql.*)$/,
  /** Made when a member of a group logs in first: "IAM group authentication". */
  userTypes: ['CLOUD_IAM_GROUP_USER', 'CLOUD_IAM_GROUP_SERVICE_ACCOUNT'],
};

/** Roles that SQL makes and nobody logs in as, pgSTAC's and the platform's: `platform db init` knows them. */
const rolesOfSql = new Set<string>([...Object.values(adminRoles), ...Object.values(groupRoles).flat()]);

export function isGooglesLabel(key: string): boolean {
  return googlesOwn.labels.test(key);
}

export function isGooglesDatabase(name: string): boolean {
  return googlesOwn.databases.includes(name);
}

/** Whether a user is one that neither the spec nor anybody's hand made. */
export function isGooglesUser(user: User): boolean {
  if (googlesOwn.userTypes.includes(String(user.type))) return true;
  const name = user.name ?? '';
  return isBuiltIn(user) && (googlesOwn.users.test(name) || rolesOfSql.has(name));
}

/** The client decodes a type that is not there as the first one, which is that with a password. */
export function isBuiltIn({ type }: User): boolean {
  return type === undefined || type === null || type === 'BUILT_IN' || type === 0;
}

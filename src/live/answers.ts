import type { protos } from '@google-cloud/sql';

/** An instance as the Admin API's client decodes it: https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/instances */
export type Instance = protos.google.cloud.sql.v1.IDatabaseInstance;
export type InstanceSettings = protos.google.cloud.sql.v1.ISettings;
export type User = protos.google.cloud.sql.v1.IUser;
export type BackupRun = protos.google.cloud.sql.v1.IBackupRun;

/**
 * The Cloud SQL Admin API, as far as it is read. Every call throws `LiveFailure`, which says what to do, where the
 * answer is another one than what is said here.
 */
export interface SqlAdmin {
  /** Null: there is none of that name. */
  getInstance(project: string, instance: string): Promise<Instance | null>;
  /** Names; null: the instance does not run, and nobody can ask it. */
  listDatabases(project: string, instance: string): Promise<readonly string[] | null>;
  listUsers(project: string, instance: string): Promise<readonly User[] | null>;
  /** The newest that succeeded; null: none of those that are kept. */
  findBackup(project: string, instance: string): Promise<BackupRun | null>;
}

/** What the API said of one environment's instance. */
export interface Answers {
  readonly instance: Instance;
  /** By name, those of the spec and of the instance; null: there is none of that name. */
  readonly replicas: ReadonlyMap<string, Instance | null>;
  /** Null: the instance does not run. */
  readonly databases: readonly string[] | null;
  readonly users: readonly User[] | null;
  readonly backup: BackupRun | null;
}

/** By environment; null: it has no instance yet. */
export type AllAnswers = ReadonlyMap<string, Answers | null>;

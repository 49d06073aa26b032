import type { Reach } from './reach.ts';

export type * from './reach.ts';

/** Where the databases run, resolved. */
export type Hosting = CloudSqlHosting | VirtualMachinesHosting;

export interface CloudSqlHosting {
  readonly kind: 'cloudSql';
  /** The instance's name. */
  readonly instance: string;
  /** `project:region:instance`, what the Auth Proxy is given. */
  readonly connectionName: string;
  /** Who makes extensions, roles and grants: the in-cluster Job, or Terraform's PostgreSQL provider. */
  readonly bootstrap: 'job' | 'terraform';
  /** The admin login made by Terraform with a password from `db_password`; only the init Job and Terraform use it. */
  readonly adminUser: string;
  /** The Secret Manager secret that holds the admin password. */
  readonly adminSecret: string;
  /** The Google service account of the init Job; null without Kubernetes or with `bootstrap: terraform`. */
  readonly initAccount: GoogleServiceAccount | null;
  readonly version: 'POSTGRES_15';
  readonly edition: 'enterprise' | 'enterprise-plus';
  readonly tier: string;
  /** Only the enterprise-plus edition has one. */
  readonly dataCache: boolean;
  readonly availability: 'zonal' | 'regional';
  /** Preferred zones; null leaves the choice to Cloud SQL. */
  readonly zone: string | null;
  readonly secondaryZone: string | null;
  readonly activation: 'always' | 'never';
  readonly disk: {
    readonly type: 'ssd' | 'hdd';
    readonly sizeGb: number;
    readonly autoresize: boolean;
    /** 0 is no limit, as the API has it. */
    readonly limitGb: number;
  };
  readonly backups: {
    /** HH:MM, UTC. */
    readonly startTime: string;
    /** How many backups are kept. */
    readonly retained: number;
    readonly pointInTimeRecovery: boolean;
    readonly transactionLogDays: number;
    /** A region or multi-region; null is the multi-region nearest to the instance. */
    readonly location: string | null;
    readonly retainOnDelete: boolean;
  };
  readonly maintenance: {
    readonly day: Weekday;
    readonly hour: number;
    readonly track: 'canary' | 'stable' | 'week5';
    readonly deny: DenyPeriod | null;
  };
  readonly insights: {
    readonly enabled: boolean;
    readonly queryPlansPerMinute: number;
    readonly recordApplicationTags: boolean;
    readonly recordClientAddress: boolean;
    /** Bytes. */
    readonly queryStringLength: number;
  };
  /** Sorted by name; includes what the platform needs itself (`cloudsql.iam_authentication`) and has the log say. */
  readonly flags: readonly Setting[];
  readonly passwordPolicy: PasswordPolicy | null;
  readonly connectionPool: { readonly poolMode: 'transaction' | 'session'; readonly flags: readonly Setting[] } | null;
  readonly deletionProtection: boolean;
  readonly reach: Reach;
  /** Only the Auth Proxy and connectors get in; never with replicas. */
  readonly connectorEnforcement: boolean;
  readonly sslMode: 'encrypted' | 'clientCertificate';
  /** `projects/…/cryptoKeys/…`; null is a key of Google's. */
  readonly encryptionKey: string | null;
  readonly replicas: readonly {
    readonly name: string;
    /** What it was called before, the first name first: `instance` has that one for life. */
    readonly formerNames: readonly string[];
    readonly instance: string;
    readonly region: string;
    readonly tier: string;
    readonly availability: 'zonal' | 'regional';
    readonly zone: string | null;
    /** Those in which it differs from the instance, sorted by name. */
    readonly flags: readonly Setting[];
    /** Null where it is in the instance's region, whose key it then has. */
    readonly encryptionKey: string | null;
  }[];
  readonly alerts: CloudSqlAlerts;
  /** A dashboard of what the alerts watch, and of what is loaded. */
  readonly dashboard: boolean;
}

/** Alert policies of Cloud Monitoring; a threshold that is null is an alert that is not there. */
export interface Alerts {
  /** Shares of 1. */
  readonly cpu: number | null;
  readonly memory: number | null;
  readonly disk: number | null;
  readonly connections: number | null;
  /** The database does not answer. */
  readonly down: boolean;
  /** A backup failed, or none was made. */
  readonly backups: boolean;
  /** Notification channels that are there already, `projects/…/notificationChannels/…`. */
  readonly notify: readonly string[];
  /** E-mail addresses, for which channels are made. */
  readonly emails: readonly string[];
}

export interface CloudSqlAlerts extends Alerts {
  /** The tier's default `max_connections`, or the flag's value: what the share is of. */
  readonly maxConnections: number;
  /** Seconds. */
  readonly replicationLag: number | null;
  /** A share of 1 of the transaction ids there are until PostgreSQL stops taking writes. */
  readonly transactionIds: number | null;
}

/** When Google does not restart the instance for maintenance. */
export interface DenyPeriod {
  /** YYYY-MM-DD, the first day and the last. */
  readonly start: string;
  readonly end: string;
  /** HH:MM, UTC. */
  readonly time: string;
}

/** What Cloud SQL asks of passwords. */
export interface PasswordPolicy {
  readonly minLength: number;
  readonly complexity: boolean;
  /** How many of the passwords before cannot be used again; 0 is none. */
  readonly reuseInterval: number;
  readonly disallowUsername: boolean;
  /** Hours before it can be changed again; 0 is none. */
  readonly changeInterval: number;
}

export type Weekday = 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday';

export interface VirtualMachinesHosting {
  readonly kind: 'virtualMachines';
  readonly zone: string;
  readonly machineType: string;
  readonly diskGb: number;
  /** CIDR ranges that may reach port 5432. */
  readonly clients: readonly string[];
  readonly subnetwork: string | null;
  readonly externalAddress: boolean;
  /** Who says the logins' passwords: each machine to Secret Manager, or Terraform's variables by the machines' metadata. */
  readonly passwords: 'secretManager' | 'metadata';
  /** `projects/…/cryptoKeys/…`, of disks, snapshots and a bucket of our own; null is a key of Google's. */
  readonly encryptionKey: string | null;
  /** Of each data disk, daily. */
  readonly snapshots: {
    /** HH:00, UTC. */
    readonly startTime: string;
    readonly retainedDays: number;
  };
  readonly backups: MachineBackups;
  /** Of the machines in the API; of their data disks and a bucket that Terraform makes, in Terraform. */
  readonly deletionProtection: boolean;
  readonly opsAgent: boolean;
  /** Without the agent only the CPU's is there. */
  readonly alerts: Alerts;
  /** A dashboard of what the alerts watch; false without the agent. */
  readonly dashboard: boolean;
  readonly ingest: DatabaseMachine;
  readonly pgstac: DatabaseMachine;
}

/** What pgBackRest does on each machine, daily. */
export interface MachineBackups {
  /** Without `gs://`. */
  readonly bucket: string;
  /** Where Terraform makes the bucket; null where the spec names one that is there. */
  readonly location: string | null;
  /** HH:MM, UTC. */
  readonly startTime: string;
  /** Days from one full backup to the next; those between are differential. */
  readonly fullEveryDays: number;
  /** How many full backups are kept, and the write-ahead log since the oldest of them. */
  readonly retained: number;
}

export interface DatabaseMachine {
  /** `ingest-postgres` or `pgstac-postgres`. */
  readonly machine: string;
  /** The zonal internal DNS name. */
  readonly host: string;
  readonly serviceAccount: GoogleServiceAccount;
  /** `ingest_user` or `pgstac_user`. */
  readonly login: string;
  /** The secret that holds the login's password. */
  readonly passwordSecret: string;
  /** The secret whose newest version is the certificate of the CA that the server made on first boot. */
  readonly caSecret: string;
  /** Its folder in the bucket of backups, e.g. `sentinel2/ingest`. */
  readonly backupFolder: string;
}

/** A name and a text value, e.g. a database flag or a setting. */
export interface Setting {
  readonly name: string;
  readonly value: string;
}

export interface GoogleServiceAccount {
  /** 6 to 30 characters, unique in the project. */
  readonly accountId: string;
  readonly email: string;
}

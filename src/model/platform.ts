import type { GoogleServiceAccount, Hosting, Setting } from './hosting.ts';

export type * from './hosting.ts';

/**
 * The platform of one environment, resolved: every default filled in, every name derived once. Plain frozen data: this
 * is what emitters print, `diff` compares and `platform.lock.json` keeps. An absent part is `null`, never missing, so
 * that the lock and a diff see it. Maps of the spec are arrays here, sorted by name, so that the same spec gives the
 * same bytes whatever the order of its keys.
 */
export interface Platform {
  /**
   * Raised when what is there already is said otherwise, so that an older lock is recognised and refused. A part that is
   * new raises nothing: diff's `completeModel` says what it was before there was a key for it.
   */
  readonly modelVersion: 1;
  readonly name: string;
  /** `default` where the spec has no `environments`. */
  readonly environment: string;
  /** `name`, or `name-environment` where there are environments: the prefix of everything made on Google Cloud. */
  readonly prefix: string;
  /** Labels for every resource that takes them; includes `platform` and `environment`. Sorted by key. */
  readonly labels: readonly Label[];
  readonly gcp: GoogleCloud;
  readonly hosting: Hosting;
  readonly databases: Databases;
  readonly workloads: readonly Workload[];
  readonly people: readonly Person[];
  readonly bastion: Bastion | null;
  readonly kubernetes: Kubernetes | null;
  readonly metaflow: Metaflow | null;
  readonly pipelines: readonly Pipeline[];
  /** Changes that are meant; they change nothing themselves. In the spec's order. */
  readonly acknowledgements: readonly Acknowledgement[];
}

/** A change that is meant, though it restarts, replaces or destroys. */
export interface Acknowledgement {
  /** A resource as `diff` names it, e.g. `cloudSql.instance`, `workload stac-api`; `environment NAME` is all of one. */
  readonly change: string;
  /** Null: the resource as a whole. */
  readonly field: string | null;
  readonly impact: 'update' | 'restart' | 'replace' | 'destroy' | 'refused';
  readonly reason: string;
  /** The last day on which it counts, UTC: YYYY-MM-DD. */
  readonly until: string;
}

export interface Label {
  readonly key: string;
  readonly value: string;
}

export interface GoogleCloud {
  readonly project: string;
  readonly region: string;
  /** `projects/PROJECT/global/networks/NAME`. */
  readonly network: string;
  /** A gcs backend; null is local state. */
  readonly terraformState: { readonly bucket: string; readonly prefix: string } | null;
}

export interface Databases {
  readonly ingest: {
    readonly name: 'ingest';
    /** The log and the runs that are older go; null: none. */
    readonly retentionDays: number | null;
  };
  readonly pgstac: {
    readonly name: 'pgstac';
    /** The pgSTAC release, e.g. `0.9.11`. */
    readonly version: string;
    /** Where pgSTAC's SQL is read from instead of its wheel. */
    readonly source: { readonly location: string; readonly sha256: string } | null;
    /** The user's and pgSTAC's own (postgis, btree_gist, unaccent), sorted. */
    readonly extensions: readonly string[];
    readonly compression: 'pglz' | 'lz4';
    /** Rows of `pgstac.pgstac_settings`, sorted by name. */
    readonly settings: readonly Setting[];
  };
}

export type PgstacGrant = 'read' | 'ingest';
export type IngestGrant = 'read' | 'write';

export interface Grants {
  readonly pgstac: PgstacGrant | null;
  readonly ingest: IngestGrant | null;
}

export interface Workload {
  readonly name: string;
  /** What it was called before, the first name first: its Google service account has that one for life. */
  readonly formerNames: readonly string[];
  readonly namespace: string;
  /** The Kubernetes service account. */
  readonly serviceAccount: string;
  readonly google: GoogleServiceAccount;
  /** The PostgreSQL login: on Cloud SQL `account@project.iam`; null on virtual machines, which have logins of their own. */
  readonly databaseUser: string | null;
  readonly grants: Grants;
  /** Buckets it gets `roles/storage.objectUser` on, without `gs://`, sorted. */
  readonly buckets: readonly string[];
}

export interface Person {
  /** `user:…` or `group:…`, as IAM has it. */
  readonly member: string;
  readonly kind: 'user' | 'group';
  readonly email: string;
  /** A stable name for Terraform addresses and file names. */
  readonly key: string;
  readonly grants: Grants;
}

export interface Bastion {
  readonly machine: string;
  readonly zone: string;
  readonly machineType: string;
  readonly subnetwork: string | null;
  /** `projects/…/cryptoKeys/…`; null is a key of Google's. */
  readonly encryptionKey: string | null;
  /** CIDR ranges of the databases: all that it may reach. */
  readonly ranges: readonly string[];
}

export interface Kubernetes {
  readonly version: { readonly major: number; readonly minor: number };
  /** The namespace of the platform's own init Job and of the pooler. */
  readonly namespace: string;
  /** How the Auth Proxy gets into Metaflow's pods; `none` where there is no proxy (virtual machines). */
  readonly injection: 'admissionPolicy' | 'operator' | 'none';
  readonly proxy: { readonly port: number; readonly privateIp: boolean; readonly image: string };
  readonly pooler: Pooler | null;
  /** What the pods of the tasks' namespace may ask for together: cores, and a Kubernetes quantity such as `256Gi`. */
  readonly quota: {
    readonly pods: number | null;
    readonly cpu: number | null;
    readonly memory: string | null;
  } | null;
  /** The Kubernetes service account of the init Job. */
  readonly initServiceAccount: string;
  /** CIDR ranges of the databases for NetworkPolicy egress. */
  readonly databaseRanges: readonly string[];
}

/** pgbouncer with the Auth Proxy beside it: on Cloud SQL only. Whoever reaches it is its login. */
export interface Pooler {
  readonly mode: 'transaction' | 'session';
  /** Server connections of one pod. */
  readonly poolSize: number;
  /** Client connections of one pod. */
  readonly maxClients: number;
  readonly replicas: number;
  readonly namespace: string;
  /** The Kubernetes service account. */
  readonly serviceAccount: string;
  readonly google: GoogleServiceAccount;
  /** The PostgreSQL login, `account@project.iam`. */
  readonly databaseUser: string;
  readonly grants: Grants;
  /** Namespaces whose labelled pods may connect, sorted. */
  readonly clients: readonly string[];
}

export interface Metaflow {
  /** Name of the workload whose identity task pods have. */
  readonly workload: string;
  /** `gs://bucket/prefix`. */
  readonly datastore: string;
  readonly service: string | null;
  readonly image: string;
}

export interface Pipeline {
  readonly name: string;
  /** The name as a Python class and a file stem can have it: `sentinel2` → `Sentinel2`, `sentinel2`. */
  readonly className: string;
  readonly fileStem: string;
  readonly source: Source;
  readonly collections: FilesSource['files']; // In place of the source's own.
  readonly shardBy: 'month' | 'year' | 'none';
  /** What becomes of an item whose id is there already. */
  readonly method: 'upsert' | 'insert' | 'ignore' | 'delete-then-insert';
  readonly judge: 'structure' | 'full';
  /** A folder with the JSON Schemas of `judge: full`; null: they are fetched. */
  readonly schemas: string | null;
  readonly schedule: string | null; // A cron line of five fields, UTC.
  /** The parts of a distributed run, each a pod of its own; null: one pod in the cluster, and a flow chooses. */
  readonly shards: number | null;
  readonly connections: number; // Batches that a shard loads at the same time, from 1.
  /** The largest share of what is there that `--reconcile` deletes, 0 to 1. */
  readonly reconcile: { readonly mostDeleted: number };
  readonly download: Download | null;
}

/** Assets that are fetched once their items are loaded. */
export interface Download {
  /** Keys of assets. */
  readonly assets: readonly string[];
  /** `gs://…`, or a folder relative to the spec's. */
  readonly to: string;
  /** How many at the same time. */
  readonly atOnce: number;
}

export type Source = StacApiSource | FilesSource | CatalogSource;

export interface StacApiSource {
  readonly kind: 'stacApi';
  readonly url: string;
  readonly collections: readonly string[];
  /** West, south, east, north in degrees; with heights six numbers. */
  readonly bbox: readonly number[] | null;
  readonly datetime: string | null;
  /** The `query` extension's object, as the spec has it. */
  readonly query: Readonly<Record<string, unknown>> | null;
  /** A GeoJSON geometry; never together with `bbox`. */
  readonly intersects: Readonly<Record<string, unknown>> | null;
  readonly ids: readonly string[] | null;
  /** CQL2 JSON, as the spec has it. */
  readonly filter: Readonly<Record<string, unknown>> | null;
  readonly sortby: readonly SortField[] | null;
  /** Items a page is asked for. */
  readonly pageSize: number;
  readonly requests: RequestLimits;
}

export interface SortField {
  readonly field: string;
  readonly direction: 'asc' | 'desc';
}

/** What one runner asks of one host at most. */
export interface RequestLimits {
  readonly atOnce: number;
  /** Null: as many as it answers. */
  readonly perSecond: number | null;
}

export interface FilesSource {
  readonly kind: 'files';
  /** Paths and globs, relative to the folder of the spec. */
  readonly files: readonly string[];
}

export interface CatalogSource {
  readonly kind: 'catalog';
  readonly location: string;
}

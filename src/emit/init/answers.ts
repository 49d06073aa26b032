/** What `platform init` was told: the values of a first spec, as they were typed and not yet checked. */
export interface Answers {
  readonly name: string;
  readonly project: string;
  readonly region: string;
  /** `projects/PROJECT/global/networks/NAME`. */
  readonly network: string;
  readonly hosting: HostingAnswer;
  /** The release, e.g. 0.9.11. */
  readonly pgstac: string;
  /** The cluster's version, MAJOR.MINOR; null where there is none. */
  readonly kubernetes: string | null;
  /** Null: flows run locally only. */
  readonly metaflow: MetaflowAnswer | null;
  readonly pipeline: PipelineAnswer | null;
  /** The last one is as the spec says, those before it are smaller; none: the one environment `default`. */
  readonly environments: readonly EnvironmentAnswer[];
}

export interface EnvironmentAnswer {
  readonly name: string;
  /** A Google Cloud project of its own; null: the spec's. */
  readonly project: string | null;
}

export type HostingAnswer =
  | { readonly kind: 'cloudSql' }
  | {
      readonly kind: 'virtualMachines';
      readonly zone: string;
      /** The address ranges that may reach PostgreSQL, as CIDR. */
      readonly clients: readonly string[];
    };

export interface MetaflowAnswer {
  readonly datastore: string;
  readonly service: string | null;
  readonly image: string;
}

export interface PipelineAnswer {
  readonly name: string;
  readonly source: SourceAnswer;
}

export type SourceAnswer =
  | {
      readonly kind: 'stacApi';
      readonly url: string;
      readonly collections: readonly string[];
      /** West, south, east, north in degrees; what is no number is as it was typed. */
      readonly bbox: readonly (number | string)[] | null;
      readonly datetime: string | null;
    }
  | { readonly kind: 'files'; readonly files: readonly string[] }
  | { readonly kind: 'catalog'; readonly catalog: string };

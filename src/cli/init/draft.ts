import { basename } from 'node:path';
import type { Answers, EnvironmentAnswer, HostingAnswer, SourceAnswer } from '../../emit/init/answers.ts';
import { defaultPgstac } from '../pgstac-choices.ts';

export type Hosting = 'cloudSql' | 'virtualMachines';

/** What was said so far, by flags or on the terminal, as it was typed. */
export interface Draft {
  readonly name?: string | undefined;
  readonly project?: string | undefined;
  readonly region?: string | undefined;
  readonly network?: string | undefined;
  readonly hosting?: Hosting | undefined;
  readonly zone?: string | undefined;
  readonly clients?: readonly string[] | undefined;
  readonly pgstac?: string | undefined;
  /** Empty: no cluster. */
  readonly kubernetes?: string | undefined;
  readonly metaflowDatastore?: string | undefined;
  /** Empty: none. */
  readonly metaflowService?: string | undefined;
  readonly metaflowImage?: string | undefined;
  readonly pipeline?: string | undefined;
  readonly api?: string | undefined;
  readonly collections?: readonly string[] | undefined;
  readonly bbox?: string | undefined;
  readonly datetime?: string | undefined;
  readonly files?: readonly string[] | undefined;
  readonly catalog?: string | undefined;
  /** NAME, or NAME=PROJECT. */
  readonly environments?: readonly string[] | undefined;
}

/** What is written where nothing was said, or proposed where it is asked; `folder` is the spec's, absolute. */
export const suggestions = {
  name: (folder: string): string => {
    const plain = basename(folder)
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replace(/^[^a-z]+/, '')
      .slice(0, 20)
      .replace(/-+$/, '');
    return plain.length < 2 ? 'platform' : plain;
  },
  region: (): string => 'europe-west1',
  network: ({ project = '' }: Draft): string => `projects/${project}/global/networks/default`,
  zone: (draft: Draft): string => `${draft.region || suggestions.region()}-b`,
  // The private ranges that a VPC network in auto mode, and a cluster's pods, have their addresses from.
  clients: (): readonly string[] => ['10.0.0.0/8'],
  pgstac: (): string => defaultPgstac,
  metaflowDatastore: ({ project = '' }: Draft): string => `gs://${project}-metaflow`,
  metaflowImage: (draft: Draft): string =>
    `${draft.region || suggestions.region()}-docker.pkg.dev/${draft.project ?? ''}/platform/runner:1.0.0`,
  pipeline: ({ collections }: Draft): string => {
    const plain = collections?.[0]
      ?.toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replace(/^[^a-z]+|-+$/g, '');
    return plain !== undefined && plain !== '' && plain.length <= 20 ? plain : 'items';
  },
} as const;

/** The answers of a draft, whatever is still missing as it is suggested. */
export function completeDraft(draft: Draft, folder: string): Answers {
  const kubernetes = draft.kubernetes || null;
  const source = readSource(draft);
  return {
    name: draft.name ?? suggestions.name(folder),
    project: draft.project ?? '',
    region: draft.region ?? suggestions.region(),
    network: draft.network ?? suggestions.network(draft),
    hosting: readHosting(draft),
    pgstac: draft.pgstac ?? suggestions.pgstac(),
    kubernetes,
    metaflow:
      draft.metaflowDatastore === undefined
        ? null
        : {
            datastore: draft.metaflowDatastore,
            service: draft.metaflowService || null,
            image: draft.metaflowImage ?? suggestions.metaflowImage(draft),
          },
    pipeline: source === null ? null : { name: draft.pipeline ?? suggestions.pipeline(draft), source },
    environments: (draft.environments ?? []).map(readEnvironment),
  };
}

function readHosting(draft: Draft): HostingAnswer {
  if (draft.hosting !== 'virtualMachines') return { kind: 'cloudSql' };
  return {
    kind: 'virtualMachines',
    zone: draft.zone ?? suggestions.zone(draft),
    clients: draft.clients ?? suggestions.clients(),
  };
}

function readSource({ api, collections, bbox, datetime, files, catalog }: Draft): SourceAnswer | null {
  if (api !== undefined)
    return {
      kind: 'stacApi',
      url: api,
      collections: collections ?? [],
      bbox: bbox ? splitList(bbox).map(readNumber) : null,
      datetime: datetime || null,
    };
  if (files !== undefined) return { kind: 'files', files };
  return catalog === undefined ? null : { kind: 'catalog', catalog };
}

/** Text that is no number stays text: the spec's own rules say so. */
function readNumber(text: string): number | string {
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : text;
}

function readEnvironment(text: string): EnvironmentAnswer {
  const at = text.indexOf('=');
  return at === -1 ? { name: text, project: null } : { name: text.slice(0, at), project: text.slice(at + 1) };
}

/** What is typed into one line: parts between commas. */
export function splitList(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

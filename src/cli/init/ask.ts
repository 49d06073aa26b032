import { listPgstacReleases } from '../pgstac-choices.ts';
import { checkDraft, type SpecPlace } from './check.ts';
import { type Draft, type Hosting, splitList, suggestions } from './draft.ts';
import type { Terminal } from './terminal.ts';

/**
 * What stands for answers that are asked for later and that nothing can be suggested for, while those before them are
 * checked.
 */
export function withStandIns(draft: Draft): Draft {
  const collections = draft.api === undefined ? {} : { collections: ['collection'] };
  return { project: 'the-project', ...collections, ...withoutUndefined(draft) };
}

const withoutUndefined = (draft: Draft): Draft =>
  Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined));

type TextKey = { [Key in keyof Draft]-?: Draft[Key] extends string | undefined ? Key : never }[keyof Draft];
type ListKey = Exclude<keyof Draft, TextKey | 'hosting'>;

/** Asks for what the flags did not say. Each answer is read by the compiler before the next question. */
export async function askDraft(terminal: Terminal, given: Draft, place: SpecPlace): Promise<Draft> {
  const interview = new Interview(terminal, given, place);
  await askPlace(interview);
  await askHosting(interview);
  await askCluster(interview);
  await askSource(interview);
  await interview.askList('environments', 'Environments as NAME or NAME=PROJECT, production last (empty: one)', '');
  return interview.draft;
}

/** What was said so far, from the first question to the last. */
class Interview {
  draft: Draft;
  readonly terminal: Terminal;
  readonly place: SpecPlace;

  constructor(terminal: Terminal, given: Draft, place: SpecPlace) {
    this.terminal = terminal;
    this.draft = withoutUndefined(given);
    this.place = place;
  }

  note(more: Draft): void {
    this.draft = { ...this.draft, ...more };
  }

  async askText(key: TextKey, message: string, initial: string): Promise<void> {
    await this.#ask(key, message, initial, (typed) => ({ [key]: typed }));
  }

  async askList(key: ListKey, message: string, initial: string): Promise<void> {
    await this.#ask(key, message, initial, (typed) => ({ [key]: splitList(typed) }));
  }

  async #ask(key: keyof Draft, message: string, initial: string, read: (typed: string) => Draft): Promise<void> {
    if (this.draft[key] !== undefined) return;
    const check = (typed: string) => this.#complain(read(typed));
    this.note(read(await this.terminal.text({ message, initial, check })));
  }

  async #complain(more: Draft): Promise<string | undefined> {
    const { ok, diagnostics } = await checkDraft(withStandIns({ ...this.draft, ...more }), this.place);
    const first = ok ? undefined : diagnostics.find(({ severity }) => severity === 'error');
    return first && (first.hint === undefined ? first.message : `${first.message}\n→ ${first.hint}`);
  }
}

async function askPlace(interview: Interview): Promise<void> {
  await interview.askText(
    'name',
    'Name of the platform, the prefix of all it makes',
    suggestions.name(interview.place.folder),
  );
  await interview.askText('project', 'Google Cloud project (its ID)', '');
  await interview.askText('region', 'Region', suggestions.region());
  await interview.askText('network', 'VPC network', suggestions.network(interview.draft));
}

async function askHosting(interview: Interview): Promise<void> {
  const { terminal } = interview;
  interview.note({ hosting: interview.draft.hosting ?? (await chooseHosting(terminal)) });
  if (interview.draft.hosting === 'virtualMachines') {
    await interview.askText('zone', 'Zone of both machines', suggestions.zone(interview.draft));
    await interview.askList('clients', 'Address ranges that may reach PostgreSQL', suggestions.clients().join(', '));
  }
  interview.note({ pgstac: interview.draft.pgstac ?? (await choosePgstac(terminal)) });
}

async function askCluster(interview: Interview): Promise<void> {
  await interview.askText('kubernetes', 'Version of the GKE cluster, MAJOR.MINOR (empty: no cluster)', '');
  const isGiven = interview.draft.metaflowDatastore !== undefined;
  if (!isGiven && !(await interview.terminal.confirm('Does Metaflow run the ingestion?'))) return;
  const { draft } = interview;
  await interview.askText('metaflowDatastore', "Bucket of Metaflow's datastore", suggestions.metaflowDatastore(draft));
  await interview.askText('metaflowService', 'URL of its metadata service (empty: none)', '');
  await interview.askText('metaflowImage', 'Image that its pods run', suggestions.metaflowImage(draft));
}

async function askSource(interview: Interview): Promise<void> {
  const { api, files, catalog } = interview.draft;
  const isGiven = (api ?? files ?? catalog) !== undefined;
  const kind = isGiven ? 'given' : await chooseSource(interview.terminal);
  if (kind === 'none') return;
  if (kind === 'api')
    await interview.askText('api', 'URL of the STAC API', 'https://earth-search.aws.element84.com/v1');
  if (interview.draft.api !== undefined) {
    await interview.askList('collections', 'Its collections', '');
    await interview.askText('bbox', 'West, south, east, north in degrees (empty: the whole world)', '');
    await interview.askText('datetime', 'Time, START/END (empty: all)', '');
  }
  if (kind === 'files') await interview.askList('files', 'Paths, globs or URLs of the files', 'items/*.ndjson');
  if (kind === 'catalog') await interview.askText('catalog', 'Path or URL of the catalog', 'catalog.json');
  await interview.askText('pipeline', 'Name of the pipeline', suggestions.pipeline(interview.draft));
}

const chooseHosting = (terminal: Terminal): Promise<Hosting> =>
  terminal.choose('Where do the databases run?', [
    { value: 'cloudSql', label: 'Cloud SQL', hint: 'Google runs, backs up and updates it' },
    { value: 'virtualMachines', label: 'virtual machines', hint: 'two of your own, yours to look after' },
  ]);

const choosePgstac = (terminal: Terminal): Promise<string> =>
  terminal.choose(
    'pgSTAC release',
    listPgstacReleases().map((value) => ({ value, label: value })),
  );

const chooseSource = (terminal: Terminal): Promise<'api' | 'files' | 'catalog' | 'none'> =>
  terminal.choose('What is loaded first?', [
    { value: 'api', label: 'a STAC API' },
    { value: 'files', label: 'files', hint: 'NDJSON, FeatureCollections, items; here, or https: and gs:' },
    { value: 'catalog', label: 'a static STAC catalog' },
    { value: 'none', label: 'nothing yet' },
  ]);

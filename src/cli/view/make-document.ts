import { compilePlatform } from '../../compile.ts';
import { maskText } from '../../diagnostic/mask-text.ts';
import type { Report } from '../../diff/report.ts';
import type { Platform } from '../../model/platform.ts';
import { mapCauses } from '../../trace/map.ts';
import { openTrace } from '../../trace/trace.ts';
import { compilerVersion } from '../../version.generated.ts';
import type { ViewChanges } from '../../view/changes.ts';
import type { ViewDocument, ViewEnvironment } from '../../view/document.ts';
import { drawArchitecture } from '../../view/draw-architecture.ts';
import { listArtifacts } from '../../view/list-artifacts.ts';
import { listChanges, listGone } from '../../view/list-changes.ts';
import { listCosts } from '../../view/list-costs.ts';
import { createLocate } from '../../view/locate.ts';
import { type Compared, compareSpecs } from '../commands/compare-specs.ts';
import { CommandError, type Context } from '../context.ts';
import type { LoadedPlatforms } from '../load.ts';
import { type ReadSpec, readAgain } from '../read-again.ts';
import { readIngested } from './read-ingested.ts';

export interface DocumentOptions {
  readonly spec?: string | undefined;
  readonly env?: string | undefined;
  /** As `diff` has it, but for `live`; left out: the locks, and where those cannot be read the page says why. */
  readonly against?: string | undefined;
  /** Items that are drawn for each environment, at most. */
  readonly items: number;
}

/** Gathers what the page shows. Throws `CommandError` where what `against` names is not to be had. */
export async function makeDocument(
  context: Context,
  loaded: LoadedPlatforms,
  options: DocumentOptions,
): Promise<ViewDocument> {
  const { spec, platforms } = loaded;
  const read = await readAgain({ path: spec.shown, text: spec.text }, options.env === undefined ? [] : [options.env]);
  if (read === null) throw new Error('a spec that was read without a mistake has one when it is read again');
  const compared = await compareIfPossible(context, loaded, options);
  const environments: ViewEnvironment[] = [];
  // One after another: an embedded database takes a core and a gigabyte.
  for (const platform of platforms) {
    const env = loaded.environments.length > 1 ? platform.environment : options.env;
    const given = { ...loaded, platform, given: { spec: options.spec, env } };
    const ingested = await readIngested(context, given, options.items);
    environments.push({ ...viewEnvironment(platform, read, spec.text, compared), ingested });
  }
  return {
    name: platforms[0]?.name ?? '',
    compiler: compilerVersion,
    made: context.now().toISOString(),
    spec: { path: spec.shown, lines: maskText(spec.text).replace(/\n$/, '').split('\n') },
    environments,
    gone: compared instanceof CommandError ? [] : listGone(compared.report, loaded.environments),
  };
}

function viewEnvironment(
  platform: Platform,
  read: ReadSpec,
  text: string,
  compared: Pick<Compared, 'report' | 'shown'> | CommandError,
): Omit<ViewEnvironment, 'ingested'> {
  const { environment, prefix, gcp } = platform;
  const trace = openTrace(read.spec, environment, text);
  const locate = createLocate(trace.root, read.document);
  return {
    name: environment,
    prefix,
    project: gcp.project,
    region: gcp.region,
    architecture: drawArchitecture(platform, trace.root, locate),
    artifacts: listArtifacts(compilePlatform(platform, text), trace, mapCauses(trace), locate),
    costs: listCosts(platform, trace.root, locate),
    changes: compared instanceof CommandError ? explainNone(compared) : viewChanges(compared, environment),
  };
}

async function compareIfPossible(
  context: Context,
  loaded: LoadedPlatforms,
  { env, against }: Pick<DocumentOptions, 'env' | 'against'>,
) {
  try {
    return await compareSpecs(context, loaded, { against, env: env === undefined ? [] : [env] });
  } catch (error) {
    if (against !== undefined || !(error instanceof CommandError) || error.exitCode === 130) throw error;
    return error;
  }
}

function viewChanges({ report, shown }: { readonly report: Report; readonly shown: string }, environment: string) {
  return listChanges(report, environment, shown);
}

function explainNone({ message, hint }: CommandError): ViewChanges {
  const problem = hint === undefined ? message : `${message}: ${hint}`;
  return { against: 'the locks', problem, changes: [], notes: [] };
}

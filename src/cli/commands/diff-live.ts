import { diffPlatforms } from '../../diff/diff.ts';
import {
  type EnvironmentPair,
  nameChange,
  type Report,
  type ReportedChange,
  reportChanges,
} from '../../diff/report.ts';
import type { Threshold } from '../../diff/severity.ts';
import type { Running } from '../../diff/ways.ts';
import { adviseWays, type Moves } from '../../live/advise.ts';
import type { AllAnswers, Answers } from '../../live/answers.ts';
import { describeCondition } from '../../live/condition.ts';
import { LiveFailure } from '../../live/failure.ts';
import { fetchAnswers } from '../../live/fetch-answers.ts';
import { type Live, readLive, unseen } from '../../live/read-live.ts';
import type { CloudSqlHosting, Platform } from '../../model/platform.ts';
import { CommandError, type Context } from '../context.ts';
import { type LoadedPlatforms, type LoadedSpec, resolvePlatforms } from '../load.ts';
import { openSqlAdmin } from '../sql-admin.ts';
import { readBaseline } from './diff-baseline.ts';
import { readProviderVersions } from './diff-providers.ts';

/**
 * Asks the Admin API about the instance of each environment that was asked for, one after the other. Throws
 * `CommandError`: 2 where an environment has no Cloud SQL, 4 where the API cannot be read.
 */
export async function askLive(context: Context, { platforms }: LoadedPlatforms): Promise<AllAnswers> {
  const hostings = platforms.map((platform) => ({ platform, hosting: requireCloudSql(platform) }));
  const admin = openSqlAdmin(context);
  const answers = new Map<string, Answers | null>();
  try {
    for (const { platform, hosting } of hostings)
      answers.set(platform.environment, await fetchAnswers(admin, platform.gcp.project, hosting));
  } catch (error) {
    if (!(error instanceof LiveFailure)) throw error;
    throw new CommandError(4, error.message, { hint: error.hint, cause: error });
  }
  return answers;
}

function requireCloudSql({ hosting, environment }: Platform): CloudSqlHosting {
  if (hosting.kind === 'cloudSql') return hosting;
  throw new CommandError(2, `--against live reads Cloud SQL only, and ${environment} has virtual machines`, {
    hint: 'name the environments that have Cloud SQL with --env, or compare with the lock',
  });
}

export interface LiveOptions {
  readonly answers: AllAnswers;
  /** What was written into the spec just now, one line each. */
  readonly adopted: readonly string[];
  readonly failOn: Threshold | null;
}

/** Writes what runs into the spec's file, and reads that again. Throws `CommandError` where it cannot be written. */
export async function adoptLive(
  loaded: LoadedPlatforms,
  answers: AllAnswers,
): Promise<{ readonly now: LoadedPlatforms; readonly adopted: readonly string[] }> {
  const { adoptRunning, writeSpec } = await import('./adopt.ts');
  const { spec, platforms, projectRoot } = loaded;
  const { text, lines } = await adoptRunning(spec, answers);
  if (text === spec.text) return { now: loaded, adopted: [] };
  await writeSpec(spec, text);
  const wanted = platforms.map(({ environment }) => environment);
  return { now: await resolvePlatforms({ ...spec, text, projectRoot }, wanted), adopted: lines };
}

/** Says how each environment's spec differs from what runs, and both ways out of each difference. */
export async function reportLive(
  context: Context,
  loaded: LoadedPlatforms,
  { answers, adopted, failOn }: LiveOptions,
): Promise<Report> {
  const { spec, platforms } = loaded;
  const sides = platforms.map((platform) => {
    const own = answers.get(platform.environment) ?? null;
    return { platform, live: own === null ? null : readLive(platform, own) };
  });
  const { pairs, warnings } = await pairSides(context, loaded.projectRoot, sides);
  const today = context.now().toISOString().slice(0, 10);
  const report = reportChanges(pairs, { today, failOn, warnings, partial: true });
  const instances = sides.map(({ platform, live }) => describeRunning(platform, live, context.now()));
  const changes = await addWays(report.changes, sides, spec, { answers, locks: await readLocks(context, loaded) });
  const findings = instances.flatMap(({ environment, findings: own }) =>
    own.map((message) => ({ kind: 'running' as const, environment, message })),
  );
  return { ...report, changes, notes: [...report.notes, ...findings], live: { instances, unseen, adopted } };
}

/** One environment, as the spec has it and as it runs; null: it is yet to be made. */
interface Side {
  readonly platform: Platform;
  readonly live: Live | null;
}

interface Known {
  readonly answers: AllAnswers;
  /** The models that were compiled and committed. */
  readonly locks: readonly Platform[];
}

/** Both ways out of each difference; none of those of an instance that is yet to be made. */
async function addWays(
  changes: readonly ReportedChange[],
  sides: readonly Side[],
  spec: LoadedSpec,
  { answers, locks }: Known,
): Promise<readonly ReportedChange[]> {
  const { proposeKeep, readSpecText } = await import('./keep-running.ts');
  const { adoptRunning, keyOf } = await import('./adopt.ts');
  const wanted = sides.map(({ platform }) => platform.environment);
  const text = await readSpecText(spec.shown, spec.text, wanted);
  // A line is proposed only where --adopt would write it.
  const { refusals } = await adoptRunning(spec, answers);
  return changes.map((change) => {
    const side = sides.find(({ platform }) => platform.environment === change.environment);
    if (side?.live == null || text === null) return change;
    const { keep, edit } = proposeKeep(change, side.platform, text);
    const why = edit === null ? undefined : refusals.get(keyOf(change));
    const advice = adviseWays(change, side.platform, findMoves(side.live.platform, side.platform, locks));
    return { ...change, ways: { ...advice, keep: why === undefined ? keep : { kind: 'cannot', reason: why } } };
  });
}

async function pairSides(context: Context, projectRoot: string, sides: readonly Side[]) {
  const pairs: EnvironmentPair[] = [];
  const warnings: string[] = [];
  for (const { platform, live } of sides) {
    const running = await readProviderVersions(context, projectRoot, platform.environment);
    pairs.push({
      ...{ before: live?.platform ?? null, after: platform, running: running.ranges, more: live?.parts ?? [] },
    });
    warnings.push(...running.warnings);
  }
  return { pairs, warnings };
}

function describeRunning({ environment, hosting }: Platform, live: Live | null, now: Date): Running {
  const instance = hosting.kind === 'cloudSql' ? hosting.connectionName : '';
  if (live === null) {
    const findings = [`there is no instance ${instance}: everything is yet to be made`];
    return { environment, instance, exists: false, state: null, lastBackup: null, maintenance: null, findings };
  }
  const { condition, databasesSeen } = live;
  const { state, lastBackup, maintenance } = condition;
  const findings = describeCondition(condition, databasesSeen, now);
  return { environment, instance, exists: true, state, lastBackup, maintenance, findings };
}

/** None where there are no locks that can be read. */
async function readLocks(context: Context, loaded: LoadedPlatforms): Promise<readonly Platform[]> {
  try {
    return (await readBaseline(context, loaded, 'lock')).platforms;
  } catch (error) {
    if (error instanceof CommandError) return [];
    throw error;
  }
}

function findMoves(running: Platform, spec: Platform, locks: readonly Platform[]): Moves | null {
  const lock = locks.find(({ environment }) => environment === spec.environment);
  if (lock === undefined) return null;
  const names = (before: Platform, after: Platform) =>
    new Set(diffPlatforms(before, after).map(({ resource, field }) => nameChange(resource, field)));
  return { ofInstance: names(lock, running), ofSpec: names(lock, spec) };
}

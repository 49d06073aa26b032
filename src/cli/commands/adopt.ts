import { readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { resolveEnvironments } from '../../compile.ts';
import type { Change } from '../../diff/change.ts';
import { diffPlatforms } from '../../diff/diff.ts';
import { nameChange } from '../../diff/report.ts';
import { describeKeep, type Keep } from '../../diff/ways.ts';
import type { AllAnswers, Answers } from '../../live/answers.ts';
import { readLive } from '../../live/read-live.ts';
import type { Platform } from '../../model/platform.ts';
import { decodeSpec } from '../../spec/decode.ts';
import { applyEdit } from '../../spec/edit.ts';
import { CommandError } from '../context.ts';
import type { LoadedSpec } from '../load.ts';
import { type Proposal, proposeKeep, readSpecText } from './keep-running.ts';

/** What of the instances the spec now says too. */
export interface Adopted {
  readonly text: string;
  /** One line each: where it stood or went, and what. */
  readonly lines: readonly string[];
}

/** A spec's text, and what each environment's instance has otherwise than it; null where the text is no valid spec. */
interface Draft {
  readonly text: string;
  readonly platforms: ReadonlyMap<string, Platform>;
  readonly changes: ReadonlyMap<string, readonly Change[]>;
}

/**
 * Writes into a spec's text what runs, as far as it can say it. All of an environment at once, since some values only go
 * together; where that is no valid spec, one by one. What is taken makes no other difference, in no environment.
 */
export async function adoptRunning(spec: LoadedSpec, answers: AllAnswers): Promise<Adopted> {
  let draft = await readDraft(spec.shown, spec.text, answers);
  const lines: string[] = [];
  if (draft === null) return { text: spec.text, lines };
  for (const environment of answers.keys()) {
    const take = async (changes: readonly Change[]): Promise<boolean> => {
      const taken = draft === null ? null : await adoptChanges(spec.shown, draft, environment, changes, answers);
      if (taken === null) return false;
      draft = taken.draft;
      lines.push(...taken.lines);
      return true;
    };
    // A replica has its primary's flags: what it has of its own is known only then.
    for (const ofReplicas of [false, true]) {
      const all = (draft.changes.get(environment) ?? []).filter((change) => isOfReplica(change) === ofReplicas);
      if (!(await take(all))) await takeEach(all, take);
    }
  }
  return { text: draft.text, lines };
}

/** One by one, again and again, since one may only be valid after another. */
async function takeEach(
  changes: readonly Change[],
  take: (changes: readonly Change[]) => Promise<boolean>,
): Promise<void> {
  const refused: Change[] = [];
  for (const change of changes) if (!(await take([change]))) refused.push(change);
  if (refused.length < changes.length) await takeEach(refused, take);
}

function isOfReplica({ resource }: Pick<Change, 'resource'>): boolean {
  return resource.startsWith('cloudSql.replica ');
}

interface Taken {
  readonly draft: Draft;
  readonly lines: readonly string[];
}

/** Null where nothing of them can be written, or what comes of it is not just that. */
async function adoptChanges(
  shown: string,
  draft: Draft,
  environment: string,
  changes: readonly Change[],
  answers: AllAnswers,
): Promise<Taken | null> {
  const platform = draft.platforms.get(environment);
  const text = await readSpecText(shown, draft.text, []);
  if (platform === undefined || text === null) return null;
  const found = changes
    .map((change) => ({ change, ...proposeKeep(change, platform, text) }))
    .filter(({ edit }) => edit !== null);
  const written = found.length === 0 ? null : writeAll(draft.text, found);
  const next = written === null ? null : await readDraft(shown, written, answers);
  const names = new Set(found.map(({ change }) => nameChange(change.resource, change.field)));
  if (next === null || !isJustThat(draft, next, environment, names)) return null;
  return { draft: next, lines: found.map(({ keep }) => describeAdopted(keep)) };
}

/** From the end, so that no edit moves another; null where two are of the same place. */
function writeAll(text: string, proposals: readonly Proposal[]): string | null {
  const edits = proposals.flatMap(({ edit }) => edit ?? []).sort((a, b) => b.start - a.start || b.end - a.end);
  let written = text;
  let free = text.length;
  for (const edit of edits) {
    if (edit.end > free) return null;
    written = applyEdit(written, edit);
    free = edit.start;
  }
  return written;
}

/**
 * Whether the differences that were to go are gone, no other came, and no other environment says anything else. A flag of
 * the primary is its replicas' too, and may differ from what they run.
 */
function isJustThat(before: Draft, after: Draft, environment: string, adopted: ReadonlySet<string>): boolean {
  const was = listNames(before, environment);
  const is = listNames(after, environment);
  const others = [...before.platforms].filter(([name]) => name !== environment);
  return (
    [...is].every((name) => !adopted.has(name) && (was.has(name) || isOfReplica({ resource: name }))) &&
    others.every(([name, platform]) => JSON.stringify(after.platforms.get(name)) === JSON.stringify(platform))
  );
}

function listNames({ changes }: Draft, environment: string): ReadonlySet<string> {
  return new Set((changes.get(environment) ?? []).map(({ resource, field }) => nameChange(resource, field)));
}

function describeAdopted(keep: Keep): string {
  return describeKeep(keep).replace(': write ', ': ');
}

async function readDraft(path: string, text: string, answers: AllAnswers): Promise<Draft | null> {
  const resolved = await resolveEnvironments({ path, text }, []);
  if (!resolved.ok) return null;
  const { platforms } = resolved.value;
  return {
    text,
    platforms: new Map(platforms.map((platform) => [platform.environment, platform])),
    changes: new Map(
      platforms.map((platform) => [platform.environment, compare(platform, answers.get(platform.environment) ?? null)]),
    ),
  };
}

/** An instance that is not there yet has nothing to adopt. */
function compare(platform: Platform, answers: Answers | null): readonly Change[] {
  if (answers === null) return [];
  const { platform: running, parts } = readLive(platform, answers);
  return [...diffPlatforms(running, platform), ...parts];
}

/**
 * Puts a new text in the place of a spec's, whole or not at all, with the ends of its lines as they were. Throws
 * `CommandError`: the file is another one than was read, or cannot be written.
 */
export async function writeSpec({ path, shown, text }: LoadedSpec, written: string): Promise<void> {
  const target = await realpath(path);
  const bytes = await readFile(target);
  const now = decodeSpec(bytes, shown);
  if (!now.ok || now.value !== text)
    throw new CommandError(4, `${shown} was changed meanwhile: nothing is written`, { hint: 'run it again' });
  const raw = bytes.toString('utf8');
  const [mark, end] = [raw.startsWith('\ufeff') ? '\ufeff' : '', raw.includes('\r\n') ? '\r\n' : '\n'];
  const unfinished = `${target}.new`;
  try {
    await writeFile(unfinished, `${mark}${written.replaceAll('\n', end)}`, { mode: (await stat(target)).mode });
    await rename(unfinished, target);
  } catch (cause) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw new CommandError(4, `${shown} cannot be written: ${(cause as Error).message}`, { cause });
  }
}

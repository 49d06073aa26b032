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

/** A spec that says what runs, as far as one can. */
export interface Adopted {
  readonly text: string;
  /** One line each: where it stood or went, and what. */
  readonly lines: readonly string[];
  /** Why a change was not taken though a key says it, by `keyOf`. */
  readonly refusals: ReadonlyMap<string, string>;
}

/** A change of all environments'. */
export function keyOf({ environment, resource, field }: Pick<Change, 'environment' | 'resource' | 'field'>): string {
  return JSON.stringify([environment, resource, field]);
}

/** A spec's text, and what each environment's instance has otherwise than it. */
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
  const refusals = new Map<string, string>();
  const lines: string[] = [];
  const first = await readDraft(spec.shown, spec.text, answers);
  if (typeof first === 'string') return { text: spec.text, lines, refusals };
  let draft = first;
  const take: Take = async (changes) => {
    const attempt = await adoptChanges(spec.shown, draft, changes, answers);
    if (attempt.kind === 'refused') {
      for (const change of changes) refusals.set(keyOf(change), attempt.why);
      return false;
    }
    draft = attempt.draft;
    lines.push(...attempt.lines);
    for (const change of changes) refusals.delete(keyOf(change));
    return true;
  };
  // A replica has its primary's flags: what it has of its own is known only then.
  for (const environment of answers.keys())
    for (const ofReplicas of [false, true]) {
      const all = (draft.changes.get(environment) ?? []).filter((change) => isOfReplica(change) === ofReplicas);
      if (all.length > 0 && !(await take(all))) await takeEach(all, take);
    }
  return { text: draft.text, lines, refusals };
}

/** Takes changes of one environment, all of them or none. */
type Take = (changes: readonly Change[]) => Promise<boolean>;

/** One by one, again and again, since one may only be valid after another. */
async function takeEach(changes: readonly Change[], take: Take): Promise<void> {
  const refused: Change[] = [];
  for (const change of changes) if (!(await take([change]))) refused.push(change);
  if (refused.length > 0 && refused.length < changes.length) await takeEach(refused, take);
}

function isOfReplica({ resource }: Change): boolean {
  return resource.startsWith('cloudSql.replica ');
}

type Attempt =
  | { readonly kind: 'taken'; readonly draft: Draft; readonly lines: readonly string[] }
  | { readonly kind: 'refused'; readonly why: string };

/** Those of the changes that a key says are written; refused where what comes of it is not just that. */
async function adoptChanges(
  shown: string,
  draft: Draft,
  changes: readonly Change[],
  answers: AllAnswers,
): Promise<Attempt> {
  const text = await readSpecText(shown, draft.text, []);
  if (text === null) return { kind: 'refused', why: 'the spec has mistakes' };
  const found = changes.flatMap((change) => {
    const platform = draft.platforms.get(change.environment);
    const proposal = platform === undefined ? null : proposeKeep(change, platform, text);
    return proposal === null || proposal.edit === null ? [] : [{ change, ...proposal }];
  });
  const written = writeAll(draft.text, found);
  if (written === null) return { kind: 'refused', why: 'two of the values have one place' };
  const next = await readDraft(shown, written, answers);
  if (typeof next === 'string') return { kind: 'refused', why: `the spec would have a mistake: ${next}` };
  const why = findMore(
    draft,
    next,
    found.map(({ change }) => change),
  );
  if (why !== null) return { kind: 'refused', why };
  return { kind: 'taken', draft: next, lines: found.map(({ keep }) => describeAdopted(keep)) };
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
 * What comes of adopted changes beyond that they are gone; null: nothing. A flag of the primary is its replicas' too, and
 * may differ from what they run.
 */
function findMore(before: Draft, after: Draft, adopted: readonly Change[]): string | null {
  const own = new Set(adopted.map(({ environment }) => environment));
  const was = new Set([...before.changes.values()].flat().map(keyOf));
  const gone = new Set(adopted.map(keyOf));
  for (const change of [...after.changes.values()].flat()) {
    const name = nameChange(change.resource, change.field);
    if (gone.has(keyOf(change))) return `${name} follows from something else`;
    if (!was.has(keyOf(change)) && !isOfReplica(change)) return `${name} would differ then`;
  }
  const others = [...before.platforms].filter(([name]) => !own.has(name));
  const changed = others.find(([name, platform]) => !isSame(after.platforms.get(name), platform));
  return changed === undefined ? null : `${changed[0]} would change too`;
}

function isSame(a: Platform | undefined, b: Platform): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function describeAdopted(keep: Keep): string {
  return describeKeep(keep).replace(': write ', ': ');
}

/** The first of its mistakes, where the text is no valid spec. */
async function readDraft(path: string, text: string, answers: AllAnswers): Promise<Draft | string> {
  const resolved = await resolveEnvironments({ path, text }, []);
  if (!resolved.ok) return resolved.diagnostics[0]?.message ?? 'it cannot be read';
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

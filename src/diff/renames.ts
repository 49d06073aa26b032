import type { Platform } from '../model/platform.ts';
import type { Change } from './change.ts';
import { compareFields } from './fields.ts';
import { listResources } from './resources.ts';

/** Something to know beside the changes. */
export interface Note {
  readonly kind: 'rename' | 'acknowledgement' | 'running';
  /** Null: of no environment alone. */
  readonly environment: string | null;
  readonly message: string;
}

/** Two things with fewer of their fields alike than this are two things. */
const alikeEnough = 0.6;

/**
 * A removal beside an addition of the same kind that is so alike that it may be the same thing under another name, each
 * with what the rename does.
 */
export function noteRenames(
  pairs: readonly { readonly before: Platform | null; readonly after: Platform | null }[],
  changes: readonly Change[],
): readonly Note[] {
  const byEnvironment = new Map<string, Change[]>();
  for (const change of changes) {
    const own = byEnvironment.get(change.environment) ?? [];
    byEnvironment.set(change.environment, [...own, change]);
  }
  const resources = [...byEnvironment].flatMap(([environment, own]) =>
    pairUp(own.filter(isGone), own.filter(isNew), likenessOfChanges).map(
      ([gone, made]): Note => ({
        kind: 'rename',
        environment,
        message: `${gone.resource} is removed and ${made.resource}, which is much like it, is made: ${explainRename(made.resource, listNames(pairs, gone))}`,
      }),
    ),
  );
  return [...resources, ...noteEnvironments(pairs), ...notePlatform(changes)];
}

/** An environment that came where one went, with the same hosting. */
function noteEnvironments(
  pairs: readonly { readonly before: Platform | null; readonly after: Platform | null }[],
): readonly Note[] {
  const gone = pairs.flatMap(({ before, after }) => (after === null && before !== null ? [before] : []));
  const made = pairs.flatMap(({ before, after }) => (before === null && after !== null ? [after] : []));
  return pairUp(gone, made, likenessOfPlatforms).map(([was, is]) => ({
    kind: 'rename',
    environment: null,
    message: `environment ${was.environment} is removed and ${is.environment}, which is much like it, is made: if it is a rename, keep the old name, since an environment's name is in its instance's, and a renamed one starts empty`,
  }));
}

function notePlatform(changes: readonly Change[]): readonly Note[] {
  const renamed = changes.find(({ resource, field }) => resource === 'platform' && field === 'name');
  if (renamed === undefined) return [];
  return [
    {
      kind: 'rename',
      environment: null,
      message: `the platform is renamed from ${String(renamed.before)} to ${String(renamed.after)}: its name is in those of the instance, the accounts and the secrets, and all of them are made anew, the databases empty; keep the old name unless a second platform is meant`,
    },
  ];
}

/** Each with the one most like it, the likest pair first; none twice. */
function pairUp<T>(gone: readonly T[], made: readonly T[], likeness: (a: T, b: T) => number): readonly [T, T][] {
  const candidates = gone
    .flatMap((was) => made.map((is) => ({ was, is, alike: likeness(was, is) })))
    .filter(({ alike }) => alike >= alikeEnough)
    .sort((a, b) => b.alike - a.alike);
  const taken = new Set<T>();
  return candidates.flatMap(({ was, is }): [T, T][] => {
    if (taken.has(was) || taken.has(is)) return [];
    taken.add(was).add(is);
    return [[was, is]];
  });
}

function likenessOfChanges(gone: Change, made: Change): number {
  if (kindOf(gone.resource) !== kindOf(made.resource)) return 0;
  return likeness([gone.before, nameOf(gone.resource)], [made.after, nameOf(made.resource)]);
}

function likenessOfPlatforms(gone: Platform, made: Platform): number {
  return likeness([gone, gone.environment], [made, made.environment]);
}

type Named = readonly [value: unknown, name: string];

/** The share of the fields of either that both have alike: the same, or the same but for the name in it. */
function likeness([was, oldName]: Named, [is, newName]: Named): number {
  const [a, b] = [asObject(was, null), asObject(is, null)];
  const nameless = new Set(compareFields(asObject(was, oldName), asObject(is, newName)).map(({ field }) => field));
  const different = compareFields(a, b).filter(({ field }) => nameless.has(field));
  const count = different.reduce(
    (sum, { before, after }) => sum + Math.max(countLeaves(before), countLeaves(after)),
    0,
  );
  return 1 - count / Math.max(countFields(a), countFields(b), 1);
}

/** As data; with a name given, without it wherever something was derived from it. */
function asObject(value: unknown, name: string | null): object {
  const pattern = name?.replace(/^\w+:/, '') ?? '';
  const text = JSON.stringify(value, (_, inner) =>
    typeof inner === 'string' && pattern !== '' ? inner.replaceAll(pattern, '\u2026') : inner,
  );
  return (JSON.parse(text) ?? {}) as object;
}

function countFields(value: object): number {
  return compareFields(value, {}).reduce((sum, { before }) => sum + countLeaves(before), 0);
}

/** What is replaced as a whole, a source by one of another kind, is as many fields as it holds. */
function countLeaves(value: unknown): number {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? countFields(value) : 1;
}

/** All that a resource was called: what it has on Google Cloud bears the first name, which so must be said again. */
function listNames(pairs: readonly { readonly before: Platform | null }[], gone: Change): readonly string[] {
  const was = pairs.find(({ before }) => before?.environment === gone.environment)?.before ?? null;
  const former = was === null ? [] : (listResources(was).get(gone.resource)?.formerNames ?? []);
  return [...former, gone.resource].map(nameOf);
}

function explainRename(resource: string, names: readonly string[]): string {
  switch (kindOf(resource)) {
    case 'workload':
    case 'cloudSql.replica':
      return `if it is a rename, say \`renamedFrom: ${writeFormerNames(names, nameOf(resource))}\`, and it keeps what it has on Google Cloud`;
    case 'pipeline':
      return 'if it is a rename, what was loaded stays; delete the old CronJob with kubectl';
    default:
      return 'if it is the same one, its new login has nothing until `platform db init` has run';
  }
}

/** As the spec takes it: its own name only as the first one, where a rename is taken back. */
function writeFormerNames(names: readonly string[], own: string): string {
  const former = names.filter((name, index) => index === 0 || name !== own);
  return former.length === 1 ? former.join('') : `[${former.join(', ')}]`;
}

function isGone({ field, after }: Change): boolean {
  return field === null && after === null;
}

function isNew({ field, before }: Change): boolean {
  return field === null && before === null;
}

function kindOf(resource: string): string {
  return resource.split(' ')[0] ?? '';
}

function nameOf(resource: string): string {
  return resource.slice(resource.indexOf(' ') + 1);
}

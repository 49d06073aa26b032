import { kubernetesNamespace } from '../names.ts';
import type { Finding, RuleInput } from './rule.ts';

/** A namespace of the spec: who wrote it first, and how often it is meant. */
interface Namespace {
  readonly name: string;
  readonly owner: string;
  uses: number;
}

/**
 * A workload in a namespace that differs by a letter from one that more of the spec names: nothing fails, its pods are
 * only never found. A warning, and only where the part that differs is a word: `team-a` and `team-b`, `dev1` and `dev2`
 * are two namespaces each.
 */
export function checkMisspeltNamespaces({ value }: RuleInput): readonly Finding[] {
  const known = countNamespaces(value);
  const common = [...known.values()].filter(({ uses }) => uses > 1);
  const index = indexSpellings(common);
  const lengths = new Set(common.flatMap(({ name: { length } }) => [length - 1, length, length + 1]));
  return Object.entries(value.access?.workloads ?? {}).flatMap(([name, { namespace }]): readonly Finding[] => {
    const own = known.get(namespace);
    const meant = own?.uses === 1 && lengths.has(namespace.length) ? findMeant(own, index) : null;
    if (meant === null) return [];
    const at = ['access', 'workloads', name, 'namespace'];
    const message = `only ${name} is in the namespace ${namespace}, and ${meant.name} is that of ${meant.owner}`;
    return [{ code: 'PF221', severity: 'warning', at, message, hint: `did you mean ${meant.name}?` }];
  });
}

function countNamespaces(value: RuleInput['value']): ReadonlyMap<string, Namespace> {
  const known = new Map<string, Namespace>();
  const count = (name: string, owner: string, uses: number): void => {
    const found = known.get(name);
    if (found === undefined) known.set(name, { name, owner, uses });
    else found.uses += uses;
  };
  // Twice, so that no workload's spelling outweighs it.
  if (value.kubernetes !== undefined) count(kubernetesNamespace(value), "the platform's own Jobs", 2);
  for (const [name, { namespace }] of Object.entries(value.access?.workloads ?? {})) count(namespace, name, 1);
  return known;
}

/** A namespace that is named more often, and is spelt nearly so. */
function findMeant(own: Namespace, index: ReadonlyMap<string, readonly Namespace[]>): Namespace | null {
  for (const spelling of spellings(own.name))
    for (const other of index.get(spelling) ?? []) if (differsInOneWord(own.name, other.name)) return other;
  return null;
}

/** Namespaces by what is left of them without one letter: two that are a letter apart share one, in linear time. */
function indexSpellings(namespaces: readonly Namespace[]): ReadonlyMap<string, readonly Namespace[]> {
  const index = new Map<string, Namespace[]>();
  for (const namespace of namespaces)
    for (const spelling of spellings(namespace.name)) {
      const found = index.get(spelling);
      if (found === undefined) index.set(spelling, [namespace]);
      else found.push(namespace);
    }
  return index;
}

function spellings(name: string): readonly string[] {
  return [name, ...Array.from(name, (_, at) => name.slice(0, at) + name.slice(at + 1))];
}

/** Whether just one word of the two names differs, and is letters in both, enough of them to be a word. */
function differsInOneWord(a: string, b: string): boolean {
  const [these, those] = [a.split('-'), b.split('-')];
  if (these.length !== those.length) return false;
  const different = these.flatMap((word, at) => (word === those[at] ? [] : [word, those[at] ?? '']));
  return different.length === 2 && different.every((word) => /^[a-z]{5,}$/.test(word));
}

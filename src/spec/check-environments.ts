import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { identify } from '../diagnostic/order.ts';
import { checkEmptyKeys, checkIdleKeys, checkNames, type Overlay } from './check-overlays.ts';
import { type Draft, draftOf, repairDraft, settleWhole, settleWritten, toGuesses } from './draft.ts';
import { dropNulls, mergeNodes, withoutKey } from './merge.ts';
import { nameEnvironments, type Told } from './name-environments.ts';
import { findNode, type MapNode, type SpecNode } from './node.ts';
import { type GuessedEnvironment, selectEnvironments } from './validate.ts';

export interface CheckedEnvironments {
  readonly diagnostics: readonly Diagnostic[];
  readonly environments: readonly GuessedEnvironment[];
}

/** The overlays of a document whose base is settled, each by itself and merged into the base. */
export function checkEnvironments(document: Draft, wanted: readonly string[]): CheckedEnvironments {
  const overlays = overlaysOf(document.least);
  const names = selectEnvironments(overlays, wanted).map(([name]) => name);
  const base = changeDraft(document, toBase);
  const maps = listMaps(overlays);
  const diagnostics: Diagnostic[] = [...checkIdle(base, maps, names)];
  if (document.least.kind === 'map') diagnostics.push(...checkEmptyKeys(document.least, maps));
  const merged: Told[] = [];
  const environments: GuessedEnvironment[] = [];
  for (const name of names) {
    const overlay = settleOverlay(base, document, name);
    diagnostics.push(...overlay.diagnostics);
    if (overlay.draft === null) continue;
    const whole = settleWhole(mergeDrafts(base, overlay.draft));
    merged.push({ name, diagnostics: whole.mistakes.map(({ diagnostic }) => diagnostic) });
    if (whole.draft !== null) environments.push(toGuesses(name, whole.draft));
  }
  diagnostics.push(...nameEnvironments(merged, overlays.entries.size, ' (in every environment)'));
  return { diagnostics, environments };
}

/** The keys that change nothing, whatever the base was meant to be. */
function checkIdle(base: Draft, overlays: readonly Overlay[], wanted: readonly string[]): readonly Diagnostic[] {
  const check = (node: SpecNode) => checkIdleKeys(node, overlays, wanted, base.guessed);
  const [least, most] = [check(base.least), check(base.most)];
  return least.filter((one) => most.some((other) => identify(one) === identify(other)));
}

function listMaps(overlays: MapNode): readonly Overlay[] {
  return [...overlays.entries].flatMap(([name, { value: node }]) => (node.kind === 'map' ? [{ name, node }] : []));
}

/** One overlay, its own mistakes told and repaired. */
function settleOverlay(
  base: Draft,
  document: Draft,
  name: string,
): { diagnostics: readonly Diagnostic[]; draft: Draft | null } {
  const least = findNode(document.least, ['environments', name]);
  const most = findNode(document.most, ['environments', name]) ?? least;
  if (least === null || most === null) return { diagnostics: [], draft: null };
  const written = settleWritten(draftOf(least, most), 'overlay', ['environments', name]);
  const diagnostics = written.mistakes.map(({ diagnostic }) => diagnostic);
  if (written.draft === null) return { diagnostics, draft: null };
  const strays = checkNames(base, name, written.draft.least);
  return { diagnostics: [...diagnostics, ...strays.diagnostics], draft: repairDraft(written.draft, strays.faults) };
}

function mergeDrafts(base: Draft, overlay: Draft): Draft {
  const merge = (under: SpecNode, over: SpecNode): SpecNode => (over.kind === 'map' ? mergeNodes(under, over) : under);
  const least = merge(base.least, overlay.least);
  const isOne = base.least === base.most && overlay.least === overlay.most;
  return {
    least,
    most: isOne ? least : merge(base.most, overlay.most),
    faulty: [...base.faulty, ...overlay.faulty],
    guessed: [...base.guessed, ...overlay.guessed],
  };
}

function changeDraft(draft: Draft, change: (node: SpecNode) => SpecNode): Draft {
  const least = change(draft.least);
  return { ...draft, least, most: draft.most === draft.least ? least : change(draft.most) };
}

/** What all environments share: the document without `environments`, and without what `null` takes out of it. */
function toBase(document: SpecNode): SpecNode {
  return document.kind === 'map' ? dropNulls(withoutKey(document, 'environments')) : document;
}

function overlaysOf(document: SpecNode): MapNode {
  const overlays = findNode(document, ['environments']);
  if (overlays?.kind !== 'map') throw new TypeError('the environments are a map');
  return overlays;
}

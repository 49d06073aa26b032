import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { SourceFile } from '../diagnostic/source.ts';
import { readPlainYaml } from '../yaml/read-plain.ts';
import { checkEnvironments } from './check-environments.ts';
import { checkSchema } from './check-schema.ts';
import { type Draft, draftOf, repairDraft, settleWhole, settleWritten, toGuesses } from './draft.ts';
import { findNode, type SpecNode, type SpecPath } from './node.ts';
import { readDocument } from './parse.ts';
import { createPlaces, isWithin, placeKey } from './place.ts';
import type { Fault } from './repair.ts';
import { describeSecret, findSecrets, findSecretsInComments, hideSecrets, type Secret } from './secrets.ts';
import type { CheckedSpec, GuessedEnvironment } from './validate.ts';

/**
 * Everything that is wrong with a spec's text as far as YAML and the schema tell, each thing once; and, where something
 * is, guesses at what was meant, so that the rules can say the rest. `wanted` names the environments to look at; none
 * means all. The base is always looked at, and secrets are found everywhere: the whole text goes into artifacts.
 */
export function findMistakes(file: SourceFile, wanted: readonly string[] = []): CheckedSpec {
  const plain = readPlainYaml(file.text, createPlaces(file));
  const { readings, diagnostics } = plain === null ? readDocument(file) : { readings: [plain], diagnostics: [] };
  const [least, most = least] = readings;
  const secrets = findAllSecrets(file, least);
  const said = [...diagnostics, ...secrets.map(describeSecret)];
  const hide = (diagnostic: Diagnostic) => hideSecrets(diagnostic, secrets);
  if (least === undefined || most === undefined)
    return { ok: false, diagnostics: said.map(hide), names: [], environments: [], named: false, hide };
  const written = repairDraft(draftOf(least, most), secrets.flatMap(toFault));
  const checked = checkDocument(written, wanted);
  const all = tellOnce([...said, ...checked.diagnostics]).map(hide);
  if (all.some(({ severity }) => severity === 'error')) return { ok: false, ...checked, diagnostics: all, hide };
  const environments = checked.environments.flatMap((environment) => environment.guesses.slice(0, 1));
  return { ok: true, value: { environments, names: checked.names, named: checked.named }, warnings: all };
}

/** What is written once and read in several places, by an alias or a merge, is one mistake: the first place names it. */
function tellOnce(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const known = new Set<string>();
  return diagnostics.filter((diagnostic) => {
    const key = `${diagnostic.code} ${placeKey(diagnostic)} ${diagnostic.hint}`;
    const isNew = !known.has(key);
    known.add(key);
    return isNew;
  });
}

export interface CheckedDocument {
  readonly diagnostics: readonly Diagnostic[];
  readonly names: readonly string[];
  readonly named: boolean;
  readonly environments: readonly GuessedEnvironment[];
}

function checkDocument(written: Draft, wanted: readonly string[]): CheckedDocument {
  const { draft: renamed, diagnostics: misspelt } = renameEnvironments(written);
  const overlays = findNode(renamed.least, ['environments']);
  const named = overlays !== null;
  const { mistakes, draft } = settleWritten(renamed, named ? 'base' : 'platform', []);
  const asked = mistakes.filter(({ fault }) => !isOfOthers(fault.path, wanted));
  const said = [...misspelt, ...asked.map(({ diagnostic }) => diagnostic)];
  if (!named) {
    const whole = draft === null ? null : settleWhole(draft);
    const missing = whole?.mistakes.map(({ diagnostic }) => diagnostic) ?? [];
    const environments = whole?.draft ? [toGuesses('default', whole.draft)] : [];
    return { diagnostics: [...said, ...missing], names: ['default'], named, environments };
  }
  if (overlays.kind !== 'map' || overlays.entries.size === 0) {
    // Whatever the base lacks may have been meant to come from an environment.
    const whole = draft === null ? null : settleWhole(draft).draft;
    const wrong = checkEnvironmentsKey(renamed.least);
    return { diagnostics: [...said, ...wrong], names: [], named, environments: whole ? [toGuesses('', whole)] : [] };
  }
  const checked = draft === null ? { diagnostics: [], environments: [] } : checkEnvironments(draft, wanted);
  const names = [...overlays.entries.keys()];
  return { diagnostics: [...said, ...checked.diagnostics], names, named, environments: checked.environments };
}

/** Whether a path leads to an environment that was not asked for. */
function isOfOthers([key, name]: SpecPath, wanted: readonly string[]): boolean {
  return key === 'environments' && name !== undefined && wanted.length > 0 && !wanted.includes(String(name));
}

/** `enviroments: …` is told as what it is, and then read as what it was meant to be. */
function renameEnvironments(draft: Draft): { draft: Draft; diagnostics: readonly Diagnostic[] } {
  if (findNode(draft.least, ['environments']) !== null) return { draft, diagnostics: [] };
  const [misspelt] = checkSchema(draft.least, 'platform').filter(
    ({ fault }) => fault.kind === 'unknownKey' && fault.path.length === 1 && fault.meant === 'environments',
  );
  if (misspelt === undefined) return { draft, diagnostics: [] };
  const renamed = repairDraft(draft, [misspelt.fault]).most;
  return { draft: { ...draft, least: renamed, most: renamed }, diagnostics: [misspelt.diagnostic] };
}

/** An `environments` that names none, or is no map. */
function checkEnvironmentsKey(document: SpecNode): readonly Diagnostic[] {
  return checkSchema(document, 'platform')
    .filter(({ fault }) => fault.path[0] === 'environments')
    .map(({ diagnostic }) => diagnostic);
}

function findAllSecrets(file: SourceFile, document: SpecNode | undefined): readonly Secret[] {
  const secrets = document === undefined ? [] : findSecrets(document, file);
  // A `#` inside a quoted value starts no comment.
  const comments = findSecretsInComments(file).filter(
    ({ place }) => !secrets.some((known) => isWithin(place, known.place)),
  );
  return [...secrets, ...comments];
}

function toFault({ path, onKey }: Secret): readonly Fault[] {
  if (path === null) return [];
  return [onKey ? { kind: 'unknownKey', path, meant: null } : { kind: 'value', path }];
}

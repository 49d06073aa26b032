import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import {
  commentShapes,
  findShape,
  isSecretKey,
  listShapes,
  matchShape,
  type SecretShape,
} from '../diagnostic/secret-shapes.ts';
import { indexLines, rangeBetween, type SourceFile } from '../diagnostic/source.ts';
import type { Place, SpecNode, SpecPath } from './node.ts';
import { pointTo } from './place.ts';

/** A secret written into the spec. `text` is never shown. */
export interface Secret {
  /** Where it stands in the document; null where it stands in a comment. */
  readonly path: SpecPath | null;
  /** It is the key that the path ends in, not its value. */
  readonly onKey: boolean;
  readonly what: string;
  readonly text: string;
  readonly place: Place;
}

/** Passwords, keys and tokens among the values and keys of a document that was read from a text, by key name and by shape. */
export function findSecrets(root: SpecNode, { text }: SourceFile): readonly Secret[] {
  const found: Secret[] = [];
  visit(root, { above: null, step: '', key: null, inQuery: false }, { shapes: listShapes(text), found });
  return found;
}

interface Search {
  readonly shapes: readonly SecretShape[];
  readonly found: Secret[];
}

/** Where a value stands, as the way up from it: its path is put together only where it is a secret. */
interface Position {
  readonly above: Position | null;
  readonly step: string | number;
  /** The key that decides whether a value is a secret whatever it looks like. */
  readonly key: string | null;
  /** A STAC API's query is free JSON, `{ token: { eq: … } }`: there a key speaks for everything below it. */
  readonly inQuery: boolean;
}

function visit(node: SpecNode, at: Position, search: Search): void {
  const { shapes, found } = search;
  if (node.kind === 'list') {
    const { key, inQuery } = at;
    node.items.forEach((item, step) => {
      visit(item, { above: at, step, key, inQuery }, search);
    });
  } else if (node.kind === 'map') {
    const inherits = at.inQuery && at.key !== null && isSecretKey(at.key);
    // Not `for … of`: code that runs for the first time takes a pair apart slowly.
    node.entries.forEach((entry, name) => {
      const inQuery = at.inQuery || name === 'query';
      const below: Position = { above: at, step: name, key: inherits ? at.key : name, inQuery };
      const what = findShape(name, shapes);
      if (what !== null) found.push({ path: pathOf(below), onKey: true, what, text: name, place: entry.key });
      visit(entry.value, below, search);
    });
  } else if (node.value !== null && typeof node.value !== 'boolean' && node.value !== '') {
    const text = String(node.value);
    const named = at.key !== null && isSecretKey(at.key) ? `a value for ${JSON.stringify(at.key)}` : null;
    const what = findShape(text, shapes) ?? named;
    if (what !== null) found.push({ path: pathOf(at), onKey: false, what, text, place: node.place });
  }
}

function pathOf({ above, step }: Position): SpecPath {
  return above === null ? [] : [...pathOf(above), step];
}

/**
 * Secrets in a spec's comments, which go into git, the flow and the ConfigMap with the rest of its text. Placeholders
 * (`$PGPASSWORD`, `<password>`, `***`) are none.
 */
export function findSecretsInComments({ path, text }: SourceFile): readonly Secret[] {
  if (!text.includes('#')) return [];
  const secrets: Secret[] = [];
  const lines = text.split('\n');
  let start = 0;
  for (const line of lines) {
    const comment = line.search(/(^|\s)#/);
    const found = comment === -1 ? null : matchShape(commentShapes, line.slice(comment));
    if (found !== null) {
      const { what, match } = found;
      const at = start + comment + match.index;
      const range = rangeBetween(indexLines(text), at, at + match[0].trimEnd().length);
      secrets.push({
        path: null,
        onKey: false,
        what: `${what}, in a comment`,
        text: match[0],
        place: { file: path, range },
      });
    }
    start += line.length + 1;
  }
  return secrets;
}

const where =
  'keep it out of the spec: the admin password goes to Terraform as `-var db_password=…` and into Secret Manager, ' +
  'a login of your own into PGSTAC_DSN or INGEST_DB_DSN of the shell that runs the command';

/** What is said of a secret. The secret itself is not. */
export function describeSecret({ what, place }: Secret): Diagnostic {
  return { code: 'PF110', severity: 'error', message: `the spec holds ${what}`, hint: where, ...pointTo(place) };
}

/** A diagnostic's words without any of the secrets. Short ones are words of their own and stay. */
export function hideSecrets(diagnostic: Diagnostic, secrets: readonly Secret[]): Diagnostic {
  const hide = (words: string): string =>
    secrets.reduce((shown, { text }) => (text.length < 4 ? shown : shown.replaceAll(text, '***')), words);
  return {
    ...diagnostic,
    message: hide(diagnostic.message),
    ...(diagnostic.hint === undefined ? {} : { hint: hide(diagnostic.hint) }),
    ...(diagnostic.related === undefined
      ? {}
      : { related: diagnostic.related.map((part) => ({ ...part, message: hide(part.message) })) }),
  };
}

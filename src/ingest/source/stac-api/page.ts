import type { Piece } from '../split.ts';
import { type PlacedPiece, splitText } from '../split-values.ts';

/** A page of a STAC API: its features in the bytes they came in, and the rest of it as a value. */
export interface Page {
  readonly features: readonly Piece[];
  readonly envelope: Readonly<Record<string, unknown>>;
}

/**
 * Takes a page apart without parsing its features: one that is broken must not take the others with it, and none may
 * lose a digit. Throws where the body is no page, or not all of one: a proxy's page of apology passes.
 */
export function readPage(body: Buffer): Page {
  if (!/^\s*\{/.test(body.toString('latin1', 0, 100))) throw notAPage();
  const features = splitText(body);
  const last = features.at(-1);
  if (last !== undefined && last.bytes.length === 0) throw new Error('the answer ends in the middle');
  const envelope: unknown = JSON.parse(cutOut(body, features));
  if (!isObject(envelope)) throw notAPage();
  return { features, envelope };
}

function notAPage(): Error {
  return new Error('the search answers with something that is no page of items');
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text with a 0 in the place of each feature. */
function cutOut(body: Buffer, features: readonly PlacedPiece[]): string {
  let text = '';
  let at = 0;
  for (const { from, to } of features) {
    text += `${body.toString('utf8', at, from)}0`;
    at = to;
  }
  return text + body.toString('utf8', at);
}

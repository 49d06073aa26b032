import { findMember, isString, kindAt, readElements, readString, type Tape, Token } from '../json/tape.ts';
import { ItemFault } from './reason.ts';

/** The fields that clients rely on and pgSTAC gives back as they are. Throws `ItemFault`. */
export function judgeFields(tape: Tape, members: ReadonlyMap<string, number>): void {
  judgeVersion(tape, members);
  judgeAssets(tape, members.get('assets'));
  judgeLinks(tape, members.get('links'));
  judgeBox(tape, members.get('bbox'));
}

/** Without `stac_version` pystac does not take a Feature for an item, and it asks each extension how it starts. */
function judgeVersion(tape: Tape, members: ReadonlyMap<string, number>): void {
  const version = members.get('stac_version');
  if (version === undefined || !isString(tape, version) || readString(tape, version) === '')
    throw new ItemFault('badVersion', '"stac_version" does not name a version');
  const extensions = members.get('stac_extensions');
  if (extensions === undefined || kindAt(tape, extensions) === Token.null) return;
  const isList = kindAt(tape, extensions) === Token.array;
  if (!isList || readElements(tape, extensions).some((extension) => !isString(tape, extension)))
    throw new ItemFault('badExtensions', '"stac_extensions" is not a list of texts');
}

const HREF = Buffer.from('href');
const REL = Buffer.from('rel');

/** One asset without an address keeps pystac from reading the whole page of a search. */
function judgeAssets(tape: Tape, index: number | undefined): void {
  if (index === undefined) return;
  if (kindAt(tape, index) !== Token.object) throw new ItemFault('badAssets', '"assets" is not an object');
  const end = tape.nexts[index] as number;
  for (let key = index + 1; key < end; key = tape.nexts[key + 1] as number) {
    const fault = kindAt(tape, key + 1) === Token.object ? findMissingText(tape, key + 1, HREF) : 'is not an object';
    if (fault !== null) throw new ItemFault('badAssets', `the asset ${JSON.stringify(readString(tape, key))} ${fault}`);
  }
}

/** stac-fastapi reads the `rel` of every link that is stored, pystac also its `href`. */
function judgeLinks(tape: Tape, index: number | undefined): void {
  if (index === undefined) return;
  if (kindAt(tape, index) !== Token.array) throw new ItemFault('badLinks', '"links" is not a list of objects');
  for (const [place, link] of readElements(tape, index).entries()) {
    if (kindAt(tape, link) !== Token.object) throw new ItemFault('badLinks', '"links" is not a list of objects');
    const fault = findMissingText(tape, link, REL) ?? findMissingText(tape, link, HREF);
    if (fault !== null) throw new ItemFault('badLinks', `link ${place + 1} ${fault}`);
  }
}

/** What is said of an object that has no text of this name; null where it has one. */
function findMissingText(tape: Tape, object: number, name: Buffer): string | null {
  const value = findMember(tape, object, name);
  return value !== undefined && isString(tape, value) ? null : `has no ${name} that is a text`;
}

/** Four or six numbers (RFC 7946, section 5); west may be greater than east, across the antimeridian. */
function judgeBox(tape: Tape, index: number | undefined): void {
  if (index === undefined || kindAt(tape, index) === Token.null) return;
  const numbers = kindAt(tape, index) === Token.array ? readElements(tape, index) : [];
  const isBox = numbers.length === 4 || numbers.length === 6;
  if (!isBox || numbers.some((number) => kindAt(tape, number) !== Token.number))
    throw new ItemFault('badBbox', '"bbox" is not a list of four or six numbers');
}

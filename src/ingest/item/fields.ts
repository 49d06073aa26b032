import { countElements, findMember, isString, kindAt, readString, type Tape, Token } from '../json/tape.ts';
import { ItemFault } from './reason.ts';

const STAC_VERSION = Buffer.from('stac_version');
const STAC_EXTENSIONS = Buffer.from('stac_extensions');
const ASSETS = Buffer.from('assets');
const LINKS = Buffer.from('links');
const BBOX = Buffer.from('bbox');
const HREF = Buffer.from('href');
const REL = Buffer.from('rel');

/** The fields of an item that clients rely on and pgSTAC gives back as they are. Throws `ItemFault`. */
export function judgeFields(tape: Tape): void {
  judgeVersion(tape);
  judgeAssets(tape, findMember(tape, 0, ASSETS));
  judgeLinks(tape, findMember(tape, 0, LINKS));
  judgeBox(tape, findMember(tape, 0, BBOX));
}

/** Without `stac_version` pystac does not take a Feature for an item, and it asks each extension how it starts. */
function judgeVersion(tape: Tape): void {
  const version = findMember(tape, 0, STAC_VERSION);
  if (version === undefined || !isString(tape, version) || readString(tape, version) === '')
    throw new ItemFault('badVersion', '"stac_version" does not name a version');
  const extensions = findMember(tape, 0, STAC_EXTENSIONS);
  if (extensions === undefined || kindAt(tape, extensions) === Token.null) return;
  if (kindAt(tape, extensions) !== Token.array || !holdsOnly(tape, extensions, isString))
    throw new ItemFault('badExtensions', '"stac_extensions" is not a list of texts');
}

function holdsOnly(tape: Tape, array: number, isWanted: (tape: Tape, index: number) => boolean): boolean {
  const end = tape.nexts[array] as number;
  for (let element = array + 1; element < end; element = tape.nexts[element] as number)
    if (!isWanted(tape, element)) return false;
  return true;
}

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
  const end = tape.nexts[index] as number;
  let place = 0;
  for (let link = index + 1; link < end; link = tape.nexts[link] as number) {
    place += 1;
    if (kindAt(tape, link) !== Token.object) throw new ItemFault('badLinks', '"links" is not a list of objects');
    const fault = findMissingText(tape, link, REL) ?? findMissingText(tape, link, HREF);
    if (fault !== null) throw new ItemFault('badLinks', `link ${place} ${fault}`);
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
  const count = kindAt(tape, index) === Token.array ? countElements(tape, index) : 0;
  if ((count !== 4 && count !== 6) || !holdsOnly(tape, index, isNumber))
    throw new ItemFault('badBbox', '"bbox" is not a list of four or six numbers');
}

function isNumber(tape: Tape, index: number): boolean {
  return kindAt(tape, index) === Token.number;
}

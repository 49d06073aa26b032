import { countElements, findMember, isString, kindAt, readString, type Tape, Token } from '../json/tape.ts';
import { readCoordinate } from './coordinate.ts';
import { ItemFault } from './reason.ts';
import { WkbWriter } from './wkb-writer.ts';

/** WGS 84, the only one GeoJSON has (RFC 7946, section 4). */
const SRID = 4326;
const LITTLE_ENDIAN = 1;
const HAS_Z = 0x8000_0000;
const HAS_M = 0x4000_0000;
const HAS_SRID = 0x2000_0000;

const TYPE = Buffer.from('type');
const COORDINATES = Buffer.from('coordinates');
const GEOMETRIES = Buffer.from('geometries');

/** One serves all geometries: it keeps its memory from one to the next. */
const writer = new WkbWriter();

/** Type codes of WKB, by GeoJSON's names in lower case: pypgstac takes any case. */
const CODES: Readonly<Record<string, number>> = {
  point: 1,
  linestring: 2,
  polygon: 3,
  multipoint: 4,
  multilinestring: 5,
  multipolygon: 6,
  geometrycollection: 7,
};

/**
 * A GeoJSON geometry as EWKB, little-endian, SRID 4326: the bytes pypgstac's plpygis gives. Throws
 * `ItemFault` where PostGIS would refuse it (rings that are open or have fewer than four positions, lines of one) or it
 * is no geometry. Positions outside ±180° and ±90°, crossings of the antimeridian and degenerate polygons are sound.
 */
export function encodeGeometry(tape: Tape, index: number): Buffer {
  writer.start();
  const flags = dimensionFlags(findDimension(tape, readShape(tape, index)));
  writeGeometry(tape, index, flags, true);
  return writer.copy();
}

/** The coordinates (or, of a collection, the geometries) of a geometry. */
interface Shape {
  readonly code: number;
  readonly content: number;
}

function readShape(tape: Tape, index: number): Shape {
  if (kindAt(tape, index) !== Token.object) throw new ItemFault('badGeometry', 'the geometry is not an object');
  const type = findMember(tape, index, TYPE);
  const code = type !== undefined && isString(tape, type) ? CODES[readString(tape, type).toLowerCase()] : undefined;
  if (code === undefined) throw new ItemFault('badGeometry', 'the geometry has a type that GeoJSON does not have');
  const content = findMember(tape, index, code === 7 ? GEOMETRIES : COORDINATES);
  if (content === undefined || kindAt(tape, content) !== Token.array)
    throw new ItemFault('badGeometry', `the geometry has no array of ${code === 7 ? 'geometries' : 'coordinates'}`);
  return { code, content };
}

/** Numbers per position, from the first position there is; 2 for an empty geometry. */
function findDimension(tape: Tape, shape: Shape): number {
  if (shape.code === 7) {
    const end = tape.nexts[shape.content] as number;
    for (let geometry = shape.content + 1; geometry < end; geometry = tape.nexts[geometry] as number) {
      const dimension = findDimension(tape, readShape(tape, geometry));
      if (dimension > 0) return dimension;
    }
    return 0;
  }
  const end = tape.nexts[shape.content] as number;
  for (let index = shape.content; index < end; index += 1) {
    if (kindAt(tape, index) === Token.array && kindAt(tape, index + 1) === Token.number && index + 1 < end)
      return countElements(tape, index);
  }
  return 0;
}

function dimensionFlags(dimension: number): { readonly dimension: number; readonly bits: number } {
  if (dimension > 4 || dimension === 1) throw new ItemFault('badGeometry', 'a position has two, three or four numbers');
  return { dimension: Math.max(dimension, 2), bits: (dimension > 2 ? HAS_Z : 0) | (dimension > 3 ? HAS_M : 0) };
}

type Flags = ReturnType<typeof dimensionFlags>;

function writeGeometry(tape: Tape, index: number, flags: Flags, outermost: boolean): void {
  const { code, content } = readShape(tape, index);
  writeHeader(code, flags.bits, outermost);
  switch (code) {
    case 1:
      writePosition(tape, content, flags);
      return;
    case 2:
      writeLine(tape, content, flags);
      return;
    case 3:
      writeRings(tape, content, flags);
      return;
    case 7:
      writeGeometries(tape, content, flags);
      return;
    default:
      writeParts(tape, content, flags, code - 3);
  }
}

function writeHeader(code: number, bits: number, outermost: boolean): void {
  writer.byte(LITTLE_ENDIAN);
  writer.integer((code | bits | (outermost ? HAS_SRID : 0)) >>> 0);
  if (outermost) writer.integer(SRID);
}

function writeGeometries(tape: Tape, content: number, flags: Flags): void {
  writer.integer(countElements(tape, content));
  const end = tape.nexts[content] as number;
  for (let geometry = content + 1; geometry < end; geometry = tape.nexts[geometry] as number)
    writeGeometry(tape, geometry, flags, false);
}

function writeParts(tape: Tape, content: number, flags: Flags, partCode: number): void {
  writer.integer(countNested(tape, content));
  const end = tape.nexts[content] as number;
  for (let part = content + 1; part < end; part = tape.nexts[part] as number) {
    writeHeader(partCode, flags.bits, false);
    if (partCode === 1) writePosition(tape, part, flags);
    else if (partCode === 2) writeLine(tape, part, flags);
    else writeRings(tape, part, flags);
  }
}

function writeLine(tape: Tape, content: number, flags: Flags): void {
  const count = countNested(tape, content);
  if (count === 1) throw new ItemFault('badGeometry', 'a line has only one position');
  writer.integer(count);
  const end = tape.nexts[content] as number;
  for (let position = content + 1; position < end; position = tape.nexts[position] as number)
    writePosition(tape, position, flags);
}

function writeRings(tape: Tape, content: number, flags: Flags): void {
  writer.integer(countNested(tape, content));
  const end = tape.nexts[content] as number;
  for (let ring = content + 1; ring < end; ring = tape.nexts[ring] as number) writeRing(tape, ring, flags);
}

function writeRing(tape: Tape, ring: number, flags: Flags): void {
  const count = countNested(tape, ring);
  if (count < 4) throw new ItemFault('badGeometry', 'a ring has fewer than four positions');
  writer.integer(count);
  const start = writer.size;
  let last = start;
  const end = tape.nexts[ring] as number;
  for (let position = ring + 1; position < end; position = tape.nexts[position] as number) {
    last = writer.size;
    writePosition(tape, position, flags);
  }
  if (!writer.isSamePlace(start, last)) throw new ItemFault('badGeometry', 'a ring does not end where it starts');
}

function writePosition(tape: Tape, index: number, flags: Flags): void {
  const count = countNested(tape, index);
  if (count !== flags.dimension)
    throw new ItemFault('badGeometry', `a position has ${count} numbers where others have ${flags.dimension}`);
  const end = tape.nexts[index] as number;
  for (let number = index + 1; number < end; number = tape.nexts[number] as number) {
    if (kindAt(tape, number) !== Token.number) throw new ItemFault('badGeometry', 'a coordinate is not a number');
    const value = readCoordinate(tape, number);
    if (!Number.isFinite(value)) throw new ItemFault('badGeometry', 'a coordinate is beyond what a double can hold');
    writer.double(value);
  }
}

function countNested(tape: Tape, index: number): number {
  if (kindAt(tape, index) !== Token.array)
    throw new ItemFault('badGeometry', 'the coordinates are nested wrongly for the type');
  return countElements(tape, index);
}

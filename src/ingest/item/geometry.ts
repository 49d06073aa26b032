import { isString, kindAt, readElements, readMembers, readString, type Tape, Token } from '../json/tape.ts';
import { ItemFault } from './reason.ts';

/** WGS 84, the only one GeoJSON has (RFC 7946, section 4). */
const SRID = 4326;
const HAS_Z = 0x8000_0000;
const HAS_M = 0x4000_0000;
const HAS_SRID = 0x2000_0000;

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
  const writer = new WkbWriter();
  const flags = dimensionFlags(findDimension(tape, readShape(tape, index)));
  writeGeometry(writer, tape, index, flags, true);
  return writer.take();
}

/** The coordinates (or, of a collection, the geometries) of a geometry. */
interface Shape {
  readonly code: number;
  readonly content: number;
}

function readShape(tape: Tape, index: number): Shape {
  if (kindAt(tape, index) !== Token.object) throw new ItemFault('badGeometry', 'the geometry is not an object');
  const members = readMembers(tape, index);
  const type = members.get('type');
  const code = type !== undefined && isString(tape, type) ? CODES[readString(tape, type).toLowerCase()] : undefined;
  if (code === undefined) throw new ItemFault('badGeometry', 'the geometry has a type that GeoJSON does not have');
  const content = members.get(code === 7 ? 'geometries' : 'coordinates');
  if (content === undefined || kindAt(tape, content) !== Token.array)
    throw new ItemFault('badGeometry', `the geometry has no array of ${code === 7 ? 'geometries' : 'coordinates'}`);
  return { code, content };
}

/** Numbers per position, from the first position there is; 2 for an empty geometry. */
function findDimension(tape: Tape, shape: Shape): number {
  if (shape.code === 7) {
    for (const geometry of readElements(tape, shape.content)) {
      const dimension = findDimension(tape, readShape(tape, geometry));
      if (dimension > 0) return dimension;
    }
    return 0;
  }
  const end = tape.nexts[shape.content] as number;
  for (let index = shape.content; index < end; index += 1) {
    if (kindAt(tape, index) === Token.array && kindAt(tape, index + 1) === Token.number && index + 1 < end)
      return readElements(tape, index).length;
  }
  return 0;
}

function dimensionFlags(dimension: number): { readonly dimension: number; readonly bits: number } {
  if (dimension > 4 || dimension === 1) throw new ItemFault('badGeometry', 'a position has two, three or four numbers');
  return { dimension: Math.max(dimension, 2), bits: (dimension > 2 ? HAS_Z : 0) | (dimension > 3 ? HAS_M : 0) };
}

type Flags = ReturnType<typeof dimensionFlags>;

function writeGeometry(writer: WkbWriter, tape: Tape, index: number, flags: Flags, outermost: boolean): void {
  const { code, content } = readShape(tape, index);
  writer.header(code, flags.bits, outermost);
  switch (code) {
    case 1:
      writePosition(writer, tape, content, flags);
      return;
    case 2:
      writeLine(writer, tape, content, flags);
      return;
    case 3:
      writeRings(writer, tape, content, flags);
      return;
    case 7:
      writer.count(readElements(tape, content).length);
      for (const geometry of readElements(tape, content)) writeGeometry(writer, tape, geometry, flags, false);
      return;
    default:
      writeParts(writer, tape, content, flags, code - 3);
  }
}

function writeParts(writer: WkbWriter, tape: Tape, content: number, flags: Flags, partCode: number): void {
  const parts = readArray(tape, content);
  writer.count(parts.length);
  for (const part of parts) {
    writer.header(partCode, flags.bits, false);
    if (partCode === 1) writePosition(writer, tape, part, flags);
    else if (partCode === 2) writeLine(writer, tape, part, flags);
    else writeRings(writer, tape, part, flags);
  }
}

function writeLine(writer: WkbWriter, tape: Tape, content: number, flags: Flags): void {
  const positions = readArray(tape, content);
  if (positions.length === 1) throw new ItemFault('badGeometry', 'a line has only one position');
  writer.count(positions.length);
  for (const position of positions) writePosition(writer, tape, position, flags);
}

function writeRings(writer: WkbWriter, tape: Tape, content: number, flags: Flags): void {
  const rings = readArray(tape, content);
  writer.count(rings.length);
  for (const ring of rings) {
    const positions = readArray(tape, ring);
    if (positions.length < 4) throw new ItemFault('badGeometry', 'a ring has fewer than four positions');
    writer.count(positions.length);
    const start = writer.size;
    let last = start;
    for (const position of positions) {
      last = writer.size;
      writePosition(writer, tape, position, flags);
    }
    if (!writer.samePoint(start, last)) throw new ItemFault('badGeometry', 'a ring does not end where it starts');
  }
}

function writePosition(writer: WkbWriter, tape: Tape, index: number, flags: Flags): void {
  const count = countElements(tape, index);
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

function countElements(tape: Tape, index: number): number {
  if (kindAt(tape, index) !== Token.array) throw nestedWrongly();
  let count = 0;
  const end = tape.nexts[index] as number;
  for (let element = index + 1; element < end; element = tape.nexts[element] as number) count += 1;
  return count;
}

function readCoordinate(tape: Tape, index: number): number {
  const value = Number(tape.bytes.toString('latin1', tape.starts[index], tape.ends[index]));
  // `-0` is an integer, and zero has no sign among them; `-0.0` keeps its own.
  return Object.is(value, -0) && (tape.ends[index] as number) - (tape.starts[index] as number) === 2 ? 0 : value;
}

function readArray(tape: Tape, index: number): number[] {
  if (kindAt(tape, index) !== Token.array) throw nestedWrongly();
  return readElements(tape, index);
}

function nestedWrongly(): ItemFault {
  return new ItemFault('badGeometry', 'the coordinates are nested wrongly for the type');
}

/** Collects the bytes of one geometry. */
class WkbWriter {
  #bytes = Buffer.allocUnsafe(1024);
  size = 0;

  header(code: number, bits: number, outermost: boolean): void {
    this.#reserve(9);
    this.#bytes[this.size++] = 1;
    this.#integer((code | bits | (outermost ? HAS_SRID : 0)) >>> 0);
    if (outermost) this.#integer(SRID);
  }

  count(value: number): void {
    this.#reserve(4);
    this.#integer(value);
  }

  double(value: number): void {
    this.#reserve(8);
    this.size = this.#bytes.writeDoubleLE(value, this.size);
  }

  /** Whether the positions written at two offsets have the same place on the ground; height does not close a ring. */
  samePoint(one: number, other: number): boolean {
    return (
      this.#bytes.readDoubleLE(one) === this.#bytes.readDoubleLE(other) &&
      this.#bytes.readDoubleLE(one + 8) === this.#bytes.readDoubleLE(other + 8)
    );
  }

  take(): Buffer {
    return this.#bytes.subarray(0, this.size);
  }

  #integer(value: number): void {
    this.size = this.#bytes.writeUInt32LE(value, this.size);
  }

  #reserve(bytes: number): void {
    if (this.size + bytes <= this.#bytes.length) return;
    const wider = Buffer.allocUnsafe(this.#bytes.length * 2);
    this.#bytes.copy(wider, 0, 0, this.size);
    this.#bytes = wider;
  }
}

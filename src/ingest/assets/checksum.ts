import { createHash, getHashes, type Hash } from 'node:crypto';

/** Codes of multihash's table that Node's OpenSSL may have: https://github.com/multiformats/multicodec, `multihash`. */
const algorithms: ReadonlyMap<number, string> = new Map([
  [0x11, 'sha1'],
  [0x12, 'sha256'],
  [0x13, 'sha512'],
  [0x14, 'sha3-512'],
  [0x15, 'sha3-384'],
  [0x16, 'sha3-256'],
  [0x17, 'sha3-224'],
  [0x20, 'sha384'],
  [0xd5, 'md5'],
  [0x1013, 'sha224'],
  [0x1014, 'sha512-224'],
  [0x1015, 'sha512-256'],
  [0x1053, 'ripemd160'],
  [0xb240, 'blake2b512'],
  [0xb260, 'blake2s256'],
]);

/** A sum of a file's bytes that can be made here. */
export interface Checksum {
  readonly algorithm: string;
  /** Hexadecimal; it may be shorter than the algorithm's, which multihash allows. */
  readonly digest: string;
}

/** Reads the file extension's `file:checksum`, a multihash in hexadecimal; null where it is none that can be made here. */
export function parseChecksum(text: string | null): Checksum | null {
  if (text === null || !/^([0-9a-f]{2})+$/i.test(text)) return null;
  const bytes = Buffer.from(text, 'hex');
  const code = readVarint(bytes, 0);
  const length = code === null ? null : readVarint(bytes, code.end);
  if (code === null || length === null) return null;
  const algorithm = algorithms.get(code.value);
  const digest = bytes.subarray(length.end);
  if (algorithm === undefined || digest.length !== length.value || digest.length === 0) return null;
  return getHashes().includes(algorithm) ? { algorithm, digest: digest.toString('hex') } : null;
}

export function startSum({ algorithm }: Checksum): Hash {
  return createHash(algorithm);
}

export function isSum(hash: Hash, { digest }: Checksum): boolean {
  return hash.digest('hex').startsWith(digest);
}

/** An unsigned LEB128 number of at most four bytes. */
function readVarint(bytes: Buffer, from: number): { readonly value: number; readonly end: number } | null {
  let value = 0;
  for (let at = from; at < Math.min(bytes.length, from + 4); at += 1) {
    const byte = bytes[at] as number;
    value += (byte & 0x7f) * 2 ** (7 * (at - from));
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return null;
}

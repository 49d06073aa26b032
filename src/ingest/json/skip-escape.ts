import { ScanStop } from './scan-stop.ts';

/** Offset behind the escape that starts at `at`; both halves of a surrogate pair are one. Throws `ScanStop`. */
export function skipEscape(bytes: Buffer, at: number): number {
  const letter = bytes[at + 1];
  if (letter !== 0x75) {
    // " \ / b f n r t
    if (letter === undefined || !'"\\/bfnrt'.includes(String.fromCharCode(letter)))
      throw new ScanStop('notJson', 'an escape that JSON does not have', at);
    return at + 2;
  }
  const unit = readHex(bytes, at, at + 2);
  if (unit === 0) throw new ScanStop('nulCharacter', '\\u0000 stands in a string, which PostgreSQL cannot hold', at);
  if (unit >= 0xdc00 && unit <= 0xdfff) throw halfPair(at);
  if (unit < 0xd800 || unit > 0xdbff) return at + 6;
  const second = bytes[at + 6] === 0x5c && bytes[at + 7] === 0x75 ? readHex(bytes, at, at + 8) : 0;
  if (second < 0xdc00 || second > 0xdfff) throw halfPair(at);
  return at + 12;
}

function readHex(bytes: Buffer, from: number, at: number): number {
  const text = bytes.toString('latin1', at, at + 4);
  if (!/^[0-9a-fA-F]{4}$/.test(text)) throw new ScanStop('notJson', '\\u without four hexadecimal digits', from);
  return Number.parseInt(text, 16);
}

function halfPair(at: number): ScanStop {
  return new ScanStop('notJson', 'half a surrogate pair', at);
}

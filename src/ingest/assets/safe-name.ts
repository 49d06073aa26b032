import { createHash } from 'node:crypto';

/** File systems take 255 bytes; `.part` and what is put before it need some. */
const MOST_BYTES = 200;

/** What Windows does not take in a name; `/` and NUL nobody does, and `%` so that no two texts become one name. */
const UNSAFE = /[<>:"/\\|?*%\p{Cc}]|^\.+$|[. ]$|^ /gu;
/** Devices of Windows, whatever their ending. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(?=$|\.)/i;

/** A text as one name of a folder or file, on every system: what cannot stand in one is percent-encoded. */
export function makeSafeName(text: string): string {
  const encoded = text
    .replace(UNSAFE, encode)
    .replace(DEVICE, (name) => `${encode(name[0] as string)}${name.slice(1)}`);
  if (encoded === '') return '%';
  if (Buffer.byteLength(encoded) <= MOST_BYTES) return encoded;
  const sum = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return `${sum}-${takeEnd(encoded, MOST_BYTES - 17)}`;
}

function encode(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** The end of a name has its ending. */
function takeEnd(text: string, bytes: number): string {
  let taken = '';
  for (const character of [...text].reverse()) {
    if (Buffer.byteLength(character) + Buffer.byteLength(taken) > bytes) break;
    taken = character + taken;
  }
  return taken;
}

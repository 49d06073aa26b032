/** The first words of a PostgreSQL client. Source: https://www.postgresql.org/docs/15/protocol-message-formats.html */
export type FirstMessage =
  | { readonly kind: 'incomplete' }
  /** SSLRequest or GSSENCRequest: the client goes on after one byte of answer. */
  | { readonly kind: 'encryption'; readonly length: number }
  | { readonly kind: 'startup'; readonly user: string }
  | { readonly kind: 'cancel' };

const cancelRequest = 80877102;
const sslRequest = 80877103;
const gssEncryptionRequest = 80877104;

export function readFirstMessage(bytes: Buffer): FirstMessage {
  if (bytes.length < 8 || bytes.length < bytes.readInt32BE(0)) return { kind: 'incomplete' };
  const [length, code] = [bytes.readInt32BE(0), bytes.readInt32BE(4)];
  if (code === cancelRequest) return { kind: 'cancel' };
  if (code === sslRequest || code === gssEncryptionRequest) return { kind: 'encryption', length };
  const words = bytes.toString('utf8', 8, length).split('\0');
  const at = words.findIndex((word, index) => index % 2 === 0 && word === 'user');
  return { kind: 'startup', user: words[at + 1] ?? '' };
}

/** ErrorResponse: what a client shows as `FATAL:  …`. */
export function writeFatal(code: string, message: string): Buffer {
  const fields = `SFATAL\0VFATAL\0C${code}\0M${message}\0\0`;
  const body = Buffer.from(fields, 'utf8');
  const head = Buffer.alloc(5, 'E');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

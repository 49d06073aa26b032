import { hash } from 'node:crypto';

/** The sha256 as hexadecimal digits. In one call: an object for each hash takes longer than most artifacts' bytes. */
export function hashText(text: string | Uint8Array): string {
  return hash('sha256', text);
}

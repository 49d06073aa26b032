import { createHash } from 'node:crypto';

/** Ten hexadecimal digits that change with the text: the end of the name of what Kubernetes does not let change. */
export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 10);
}

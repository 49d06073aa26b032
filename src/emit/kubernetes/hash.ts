import { hash } from 'node:crypto';

/** Ten hexadecimal digits that change with the text: the end of the name of what Kubernetes does not let change. */
export function hashText(text: string): string {
  return hash('sha256', text).slice(0, 10);
}

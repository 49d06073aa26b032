import { join } from 'node:path';
import { projectRoot } from './root.ts';

/** The arguments with which Node runs one `*.fixture.ts` of this folder in a Jest of its own. */
export function nestJest(fixture: string): readonly string[] {
  const jest = join(projectRoot, 'node_modules/jest/bin/jest.js');
  return [
    '--experimental-vm-modules',
    '--no-warnings',
    jest,
    '--runInBand',
    '--testMatch',
    `**/test/support/${fixture}`,
  ];
}

import { join } from 'node:path';
import { projectRoot } from './root.ts';

/** The arguments with which Node runs test files, by their paths from the repository's root, in a Jest of their own. */
export function nestJest(...files: readonly string[]): readonly string[] {
  const jest = join(projectRoot, 'node_modules/jest/bin/jest.js');
  return [
    '--experimental-vm-modules',
    '--no-warnings',
    jest,
    '--runInBand',
    '--testMatch',
    ...files.map((file) => `**/${file}`),
  ];
}

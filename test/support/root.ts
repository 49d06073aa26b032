import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json. */
export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Real items and the oracle, beside the checkout; absent in a clone elsewhere, so a suite must say that it needs them. */
export const sharedRoot = join(dirname(projectRoot), 'shared');

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PageCode } from '../../view/render-page.ts';
import { findOwnPackage } from '../own-package.ts';

/** The page's script and style, beside the command in the package. */
export async function readPageCode(): Promise<PageCode> {
  const folder = join(findOwnPackage(), 'dist/view');
  const [script, style] = await Promise.all([
    readFile(join(folder, 'page.js'), 'utf8'),
    readFile(join(folder, 'page.css'), 'utf8'),
  ]);
  return { script, style };
}

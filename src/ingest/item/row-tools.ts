import type { JsonScanner } from '../json/scan.ts';
import type { CopyText } from './copy-text.ts';

/** What rows are made with, kept from row to row. */
export interface RowTools {
  readonly scanner: JsonScanner;
  readonly text: CopyText;
}

import type { JsonScanner } from '../json/scan.ts';
import type { RowWriter } from './row-writer.ts';

/** What rows are made with, kept from row to row. */
export interface RowTools {
  readonly scanner: JsonScanner;
  readonly writer: RowWriter;
}

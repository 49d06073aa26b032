import type { SpecPlace, TouchedFile } from '../report.ts';
import { formatText } from './values.ts';

/** More places than this are counted. */
const mostPlaces = 3;
/** More stretches of lines, or files, than this are counted. */
const mostLines = 5;

/** `platform.yaml:15 hosting.cloudSql.tier`, and so on; null where nothing is known. */
export function describePlaces(places: readonly SpecPlace[]): string | null {
  if (places.length === 0) return null;
  const shown = places.slice(0, mostPlaces).map(({ path, kind, file, line }) => {
    const gone = kind === 'gone' ? ' (gone)' : '';
    return `${formatText(file)}:${line} ${path}${gone}`;
  });
  if (places.length > mostPlaces) shown.push(`and ${places.length - mostPlaces} more`);
  return shown.join(', ');
}

/** `terraform/instance.tf:14,23, team/access.md:9, … and 12 more: --hunks`; null where nothing is written. */
export function describeFiles(files: readonly TouchedFile[]): string | null {
  const [first] = files;
  if (first === undefined) return null;
  // An environment that is made or goes.
  if (files.length > mostLines && files.every(({ kind }) => kind === first.kind && kind !== 'changed'))
    return `${files.length} files (${first.kind})`;
  const sizes = files.map(({ lines }) => Math.max(1, lines.length));
  const all = sizes.reduce((sum, size) => sum + size, 0);
  let shown = 0;
  const parts: string[] = [];
  for (const { path, kind, lines } of files) {
    if (shown >= mostLines) break;
    const own = lines.slice(0, mostLines - shown);
    shown += Math.max(1, own.length);
    parts.push(kind === 'changed' ? `${path}:${own.join(',')}` : `${path} (${kind})`);
  }
  return `${parts.join(', ')}${all > shown ? `, \u2026 and ${all - shown} more: --hunks` : ''}`;
}

/** What a report says of places that were not traced. */
export function describeUntraced(count: number): string {
  return `Of ${count} more places of the spec that differ, what each does is shown with --hunks.`;
}

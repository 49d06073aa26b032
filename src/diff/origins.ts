import { nameChange, type Origin, type Report, type TouchedFile } from './report.ts';

/** The report with the places of the spec behind each change, and the files that they touch. */
export function addOrigins(report: Report, origins: readonly Origin[], untraced: number): Report {
  const byChange = new Map<string, Origin[]>();
  for (const origin of origins)
    for (const change of origin.changes) {
      const key = keyOf(origin.environment, change);
      const own = byChange.get(key) ?? [];
      own.push(origin);
      byChange.set(key, own);
    }
  const changes = report.changes.map((change) => {
    const own = byChange.get(keyOf(change.environment, nameChange(change.resource, change.field))) ?? [];
    return { ...change, places: own.flatMap(({ places }) => places), files: joinFiles(own) };
  });
  return { ...report, changes, untraced };
}

function keyOf(environment: string, change: string): string {
  return JSON.stringify([environment, change]);
}

/** Each file once, with the lines that any of them touches. */
function joinFiles(origins: readonly Origin[]): readonly TouchedFile[] {
  const [first] = origins;
  if (first !== undefined && origins.length === 1) return first.files;
  const files = new Map<string, TouchedFile>();
  for (const file of origins.flatMap((origin) => origin.files)) {
    const lines = new Set([...(files.get(file.path)?.lines ?? []), ...file.lines]);
    files.set(file.path, { ...file, lines: [...lines].sort((a, b) => a - b) });
  }
  return [...files.values()];
}

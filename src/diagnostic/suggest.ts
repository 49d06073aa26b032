/**
 * The candidate nearest to what was written, or null where none is near enough to be meant: at most `furthest` changes of
 * a letter away; left out, two or a third of its letters. Of two as near, the one that begins alike: `dll` is `ddl`
 * rather than `all`.
 */
export function suggestName(
  written: string,
  candidates: readonly string[],
  furthest = Math.max(2, Math.floor(written.length / 3)),
): string | null {
  let best: string | null = null;
  let bestDistance = furthest + 1;
  for (const candidate of [...candidates].sort()) {
    const [a, b] = [written.toLowerCase(), candidate.toLowerCase()];
    const distance = editDistance(a, b) + (a[0] === b[0] ? 0 : 0.5);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours each cost 1. */
function editDistance(a: string, b: string): number {
  let previous2: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (previous2[j - 2] ?? 0) + 1);
      row.push(least);
    }
    previous2 = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}

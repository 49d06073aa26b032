/** The first version in what a program says of itself: `Python 3.11.2`, `{"terraform_version": "1.12.0"}`, `v1.31.0`. */
export function readVersion(text: string): string | null {
  return /(?<![\d.])\d+\.\d+(\.\d+)*/.exec(text)?.[0] ?? null;
}

/** Whether a version is another one or newer, number by number; what is not there counts as 0. */
export function isAtLeast(version: string, least: string): boolean {
  const [own, wanted] = [version, least].map((text) => text.split('.').map(Number));
  for (const [at, number] of (wanted ?? []).entries()) {
    const other = own?.[at] ?? 0;
    if (other !== number) return other > number;
  }
  return true;
}

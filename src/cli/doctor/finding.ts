/** What one look found. `ok`; `note`: it works without, or only something named does not; `missing`: to be mended. */
export interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'note' | 'missing';
  /** In words, with no secret in them. */
  readonly found: string;
  /** The command or page that mends it; null where there is nothing to mend. */
  readonly fix: string | null;
}

/** A look that takes longer than `milliseconds` is given up; what it says then is a finding too. */
export async function lookWithin(
  milliseconds: number,
  late: Finding,
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<readonly Finding[]>((resolve) => {
    timer = setTimeout(() => resolve([late]), milliseconds);
  });
  try {
    return await Promise.race([look(), limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** The arguments of a compile that can be answered from a stamp. */
export interface QuickArguments {
  readonly spec: string | undefined;
  readonly env: readonly string[];
  readonly out: string | undefined;
  readonly check: boolean;
  readonly format: 'pretty' | 'json';
}

/**
 * The plain forms of `compile`'s arguments; null for any other (`--out=x`, an option twice, one that is not here), which
 * are commander's to read. What this reads, commander reads the same.
 */
export function readArguments(argv: readonly string[]): QuickArguments | null {
  const [command, ...words] = argv;
  if (command !== 'compile') return null;
  const given = new Map<string, readonly string[]>();
  while (words.length > 0) {
    const word = words.shift() ?? '';
    const option = word.startsWith('-') ? word : 'positional';
    const values = option === 'positional' ? [word] : takeValues(option, words);
    if (values === null || given.has(option)) return null;
    given.set(option, values);
  }
  const format = given.get('--format')?.[0] ?? 'pretty';
  if (format !== 'pretty' && format !== 'json') return null;
  return {
    spec: (given.get('positional') ?? given.get('--spec'))?.[0],
    env: given.get('--env') ?? [],
    out: given.get('--out')?.[0],
    check: given.has('--check'),
    format,
  };
}

/** How many words may follow each option. `--force` changes nothing where nothing is to be written. */
const mostValues: Readonly<Record<string, number>> = {
  '--check': 0,
  '--force': 0,
  '--spec': 1,
  '--out': 1,
  '--format': 1,
  '--env': Number.POSITIVE_INFINITY,
};

/** Takes an option's values off the front of `words`; null for an unknown option or one that lacks its value. */
function takeValues(option: string, words: string[]): readonly string[] | null {
  const most = Object.hasOwn(mostValues, option) ? mostValues[option] : undefined;
  if (most === undefined) return null;
  const end = words.findIndex((word, index) => index >= most || word.startsWith('-'));
  const values = words.splice(0, end < 0 ? Math.min(words.length, most) : end);
  return most > 0 && values.length === 0 ? null : values;
}

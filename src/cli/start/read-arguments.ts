/** The arguments of a `validate` or `compile` in their plain form. */
export interface QuickArguments {
  readonly command: 'validate' | 'compile';
  readonly spec: string | undefined;
  readonly env: readonly string[];
  readonly out: string | undefined;
  readonly check: boolean;
  readonly force: boolean;
  readonly format: 'pretty' | 'json';
}

/**
 * The plain forms of the arguments of the commands that are run most; null for any other (`--out=x`, an option twice,
 * one that is not here, a command that is not), which are commander's to read. What this reads, commander reads the
 * same.
 */
export function readArguments(argv: readonly string[]): QuickArguments | null {
  const [command, ...words] = argv;
  if (command !== 'compile' && command !== 'validate') return null;
  const given = new Map<string, readonly string[]>();
  while (words.length > 0) {
    const word = words.shift() ?? '';
    const option = word.startsWith('-') ? word : 'positional';
    const values = option === 'positional' ? [word] : takeValues(mostValues[command], option, words);
    if (values === null || given.has(option)) return null;
    given.set(option, values);
  }
  const format = given.get('--format')?.[0] ?? 'pretty';
  if (format !== 'pretty' && format !== 'json') return null;
  return {
    command,
    spec: (given.get('positional') ?? given.get('--spec'))?.[0],
    env: given.get('--env') ?? [],
    out: given.get('--out')?.[0],
    check: given.has('--check'),
    force: given.has('--force'),
    format,
  };
}

const checked = { '--spec': 1, '--format': 1, '--env': Number.POSITIVE_INFINITY };

/** How many words may follow each option. */
const mostValues: Readonly<Record<QuickArguments['command'], Readonly<Record<string, number>>>> = {
  validate: checked,
  compile: { ...checked, '--check': 0, '--force': 0, '--out': 1 },
};

/** Takes an option's values off the front of `words`; null for an unknown option or one that lacks its value. */
function takeValues(
  known: Readonly<Record<string, number>>,
  option: string,
  words: string[],
): readonly string[] | null {
  const most = Object.hasOwn(known, option) ? known[option] : undefined;
  if (most === undefined) return null;
  const end = words.findIndex((word, index) => index >= most || word.startsWith('-'));
  const values = words.splice(0, end < 0 ? Math.min(words.length, most) : end);
  return most > 0 && values.length === 0 ? null : values;
}

import type { Argument, Command, Option } from 'commander';

/** One word that may be typed next. */
export interface Candidate {
  readonly word: string;
  readonly description: string;
}

/** Where what may be typed next comes from. */
export type Source =
  | { readonly kind: 'candidates'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'names'; readonly of: 'environments' | 'pipelines' | 'codes' }
  /** The shell lists these itself. */
  | { readonly kind: 'paths'; readonly of: 'files' | 'folders' };

export interface Completion {
  readonly sources: readonly Source[];
  /** The start of the word to complete that is not the value's own: `--format=` of `--format=js`. */
  readonly prefix: string;
  /** The spec that was named so far. */
  readonly spec: string | undefined;
}

/** By the name of an option or argument; what is in none of these and has no choices is free text. */
const sourcesByName: Readonly<Record<string, readonly Source[]>> = {
  spec: [{ kind: 'paths', of: 'files' }],
  out: [{ kind: 'paths', of: 'folders' }],
  dir: [{ kind: 'paths', of: 'folders' }],
  files: [{ kind: 'paths', of: 'files' }],
  catalog: [{ kind: 'paths', of: 'files' }],
  env: [{ kind: 'names', of: 'environments' }],
  pipeline: [{ kind: 'names', of: 'pipelines' }],
  against: [listWords(['lock', 'live']), { kind: 'paths', of: 'files' }],
  subject: [
    { kind: 'names', of: 'codes' },
    { kind: 'paths', of: 'files' },
  ],
};

/**
 * What can stand in the place of the last of `words` (those after the program's name, the last perhaps empty). It is
 * read from the program itself, so that no command, option or choice is listed twice.
 */
export function planCompletion(program: Command, words: readonly string[]): Completion {
  const current = words.at(-1) ?? '';
  const typed = readTyped(program, words.slice(0, -1));
  const spec = typed.spec;
  const assigned = /^(?<flag>--[^=]+)=/.exec(current);
  if (assigned !== null && !typed.closed) {
    const option = findOption(typed.command, assigned.groups?.['flag'] ?? '');
    return {
      sources: option === undefined ? [] : sourcesOf(option, option.attributeName()),
      prefix: assigned[0],
      spec,
    };
  }
  if (typed.pending !== null && !current.startsWith('-'))
    return { sources: sourcesOf(typed.pending, typed.pending.attributeName()), prefix: '', spec };
  const isFlag = current.startsWith('-') && !typed.closed;
  const operands = isFlag ? [] : listOperands(typed);
  return { sources: operands.length > 0 ? operands : [listOptions(typed)], prefix: '', spec };
}

/** What the words before the one to complete say. */
interface Typed {
  readonly command: Command;
  readonly operands: readonly string[];
  /** The option whose value comes next. */
  readonly pending: Option | null;
  readonly used: ReadonlySet<Option>;
  /** True after `--`: no options any more. */
  readonly closed: boolean;
  readonly spec: string | undefined;
}

function readTyped(program: Command, words: readonly string[]): Typed {
  let command = program;
  let pending: Option | null = null;
  let closed = false;
  let spec: string | undefined;
  const operands: string[] = [];
  const used = new Set<Option>();
  const take = (option: Option, value: string) => {
    if (option.attributeName() === 'spec') spec = value;
    pending = option.variadic ? option : null;
  };
  for (const word of words) {
    const isFlag = !closed && word.startsWith('-');
    if (pending !== null && !isFlag) {
      take(pending, word);
      continue;
    }
    pending = null;
    if (isFlag) {
      if (word === '--') closed = true;
      const [flag = '', value] = word.split(/=(.*)/s);
      const option = findOption(command, flag);
      if (option === undefined) continue;
      used.add(option);
      if (value !== undefined) take(option, value);
      else if (option.required || option.optional) pending = option;
      continue;
    }
    const below = operands.length === 0 ? command.commands.find((child) => child.name() === word) : undefined;
    if (below !== undefined) command = below;
    else {
      if (command.registeredArguments[operands.length]?.name() === 'spec') spec = word;
      operands.push(word);
    }
  }
  return { command, operands, pending, used, closed, spec };
}

function findOption(command: Command, flag: string): Option | undefined {
  return command.options.find(({ long, short }) => long === flag || short === flag);
}

function sourcesOf(wanted: Option | Argument, name: string): readonly Source[] {
  return wanted.argChoices === undefined ? (sourcesByName[name] ?? []) : [listWords(wanted.argChoices)];
}

/** Subcommands, and what the next argument can be. */
function listOperands({ command, operands }: Typed): readonly Source[] {
  const children = operands.length > 0 ? [] : command.createHelp().visibleCommands(command);
  const argument = command.registeredArguments[operands.length];
  const commands = children.map((child) => ({ word: child.name(), description: child.description() }));
  return [
    ...(commands.length === 0 ? [] : [{ kind: 'candidates' as const, candidates: commands }]),
    ...(argument === undefined ? [] : sourcesOf(argument, argument.name())),
  ];
}

/** Those that were not given yet. */
function listOptions({ command, used, closed }: Typed): Source {
  const options = closed ? [] : command.createHelp().visibleOptions(command);
  const candidates = options.flatMap((option) =>
    used.has(option) && !option.variadic
      ? []
      : [{ word: option.long ?? option.flags, description: option.description }],
  );
  return { kind: 'candidates', candidates };
}

function listWords(words: readonly string[]): Source {
  return { kind: 'candidates', candidates: words.map((word) => ({ word, description: '' })) };
}

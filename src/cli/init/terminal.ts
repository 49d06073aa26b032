import * as clack from '@clack/prompts';
import { CommandError, type Context } from '../context.ts';

export interface TextQuestion {
  readonly message: string;
  /** What stands there to be edited or taken; empty: nothing. */
  readonly initial: string;
  /** What is wrong with what was typed; undefined: nothing. */
  readonly check: (typed: string) => Promise<string | undefined>;
}

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string;
}

/** Asks whoever sits there, on stderr. Each question throws `CommandError` (exit 130) on Ctrl-C. */
export interface Terminal {
  begin(title: string): void;
  text(question: TextQuestion): Promise<string>;
  choose<Value extends string>(message: string, choices: readonly Choice<Value>[]): Promise<Value>;
  confirm(message: string): Promise<boolean>;
  end(words: string): void;
}

export function openTerminal(context: Context): Terminal {
  const common = { signal: context.signal, output: adaptStream(process.stderr, context.stderr.color) };
  return {
    begin: (title) => clack.intro(title, common),
    text: async ({ message, initial, check }) =>
      (
        await take(clack.text({ ...common, message, initialValue: initial, validate: (typed) => check(clean(typed)) }))
      ).trim(),
    choose: async <Value extends string>(message: string, choices: readonly Choice<Value>[]) =>
      (await take(
        clack.select<string>({ ...common, message, options: choices.map((choice) => ({ ...choice })) }),
      )) as Value,
    confirm: (message) => take(clack.confirm({ ...common, message, initialValue: false })),
    end: (words) => clack.outro(words, common),
  };
}

const clean = (typed: string | undefined): string => (typed ?? '').trim();

async function take<Value>(asked: Promise<Value | typeof clack.CANCEL_SYMBOL>): Promise<Value> {
  const answer = await asked;
  if (clack.isCancel(answer)) throw new CommandError(130, 'interrupted: nothing was written');
  return answer as Value;
}

/**
 * The same terminal with a size, which one that does not know its own says is 0; without colours where none are wanted,
 * since in Node 20 `styleText` colours whatever NO_COLOR says.
 */
function adaptStream(stream: NodeJS.WriteStream, color: boolean): NodeJS.WriteStream {
  const write = (chunk: Uint8Array | string, ...rest: never[]): boolean =>
    stream.write(color || typeof chunk !== 'string' ? chunk : chunk.replaceAll(colors, ''), ...rest);
  return Object.create(stream, {
    write: { value: write },
    columns: { get: () => stream.columns || 80 },
    rows: { get: () => stream.rows || 24 },
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape is what a terminal's colours begin with.
const colors = /\u001b\[[\d;]*m/g;

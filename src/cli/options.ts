import { InvalidArgumentError, Option } from 'commander';
import type { Context, ExitCode } from './context.ts';

/** What a command gives to be run; each imports its own code only then, so that `--help` stays quick. */
export type Run = (action: (context: Context) => Promise<ExitCode>) => Promise<void>;

export const formatOption = (): Option =>
  new Option('--format <format>', 'how results are printed').choices(['pretty', 'json']).default('pretty');
/** Markdown is for a pull request's comment. */
export const diffFormatOption = (): Option =>
  new Option('--format <format>', 'how results are printed').choices(['pretty', 'json', 'markdown']).default('pretty');
/** JUnit's XML is for CI systems, which show it as test results. */
export const verifyFormatOption = (): Option =>
  new Option('--format <format>', 'how results are printed').choices(['pretty', 'json', 'junit']).default('pretty');
/** For the commands that find mistakes in files. */
export const checkFormatOption = (): Option =>
  new Option('--format <format>', 'how results are printed')
    .choices(['pretty', 'json', 'sarif', 'github'])
    .default('pretty');
export const specOption = (): Option =>
  new Option('--spec <file>', 'the spec; left out: the nearest platform.yaml or spec/platform.yaml');
export const envOption = (): Option => new Option('--env <name>', 'the environment; needed where the spec has several');

/** A whole number of at least 1, as an option's value. */
export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('a whole number of at least 1 is wanted');
  return Number(text);
}

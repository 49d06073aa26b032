#!/usr/bin/env node
import type { Context, ExitCode } from './context.ts';
import { createContext } from './process-context.ts';
import { buildId } from './start/build-id.ts';
import { loadProgram, loadQuick } from './start/load-program.ts';
import { NotQuick } from './start/not-quick.ts';
import { type QuickArguments, readArguments } from './start/read-arguments.ts';
import { answerUnchanged } from './unchanged/answer.ts';

const argv = process.argv.slice(2);
const given = readArguments(argv);

// A bundle of CommonJS, which Node starts sooner than a module, has no `await` at its top.
if (buildId === null || given === null || !answerUnchanged(process, given, buildId)) void run();

async function run(): Promise<void> {
  const context = createContext(process);
  const exitCode = given === null ? null : await runQuick(context, given);
  // Taking down what has no more use, as Node does it when nothing is left to do, takes a millisecond.
  if (exitCode !== null && context.isWritten()) process.exit(exitCode);
  // Else the exit code is set rather than forced, so that what is still being written to a pipe gets out.
  process.exitCode = exitCode ?? (await runWhole(context));
}

/** Null where the small bundle is not there, or not enough. */
async function runQuick(context: Context, given: QuickArguments): Promise<ExitCode | null> {
  const quick = await loadQuick();
  if (quick === null) return null;
  try {
    const exitCode = await quick.program.runQuickly(context, argv, given);
    if (given.command === 'compile' && exitCode === 0) quick.keepCode();
    return exitCode;
  } catch (error) {
    if (error instanceof NotQuick) return null;
    throw error;
  }
}

async function runWhole(context: Context): Promise<ExitCode> {
  const isIngest = argv[0] === 'ingest';
  const { program, keepCode } = await loadProgram(isIngest ? 'ingest' : null);
  const exitCode = await program.runProgram(context, argv);
  // `diff` runs most of what any command does. What only an ingestion runs takes a tenth of a second to compile.
  const ranMost = argv[0] === 'diff' || (isIngest && performance.now() > LONG_RUN_MS);
  if (ranMost && exitCode === 0) keepCode();
  return exitCode;
}

/** `ingest status`, `plan` and `--help` are over sooner. */
const LONG_RUN_MS = 1500;

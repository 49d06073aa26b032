#!/usr/bin/env node
import { buildId } from './start/build-id.ts';
import { loadProgram } from './start/load-program.ts';
import { answerUnchanged } from './unchanged/answer.ts';

// A bundle of CommonJS, which Node starts sooner than a module, has no `await` at its top.
if (buildId === null || !answerUnchanged(process, buildId)) void run(process.argv.slice(2));

async function run(argv: readonly string[]): Promise<void> {
  const { program, keepCode } = await loadProgram();
  // The exit code is set rather than forced, so that what is still being written to a pipe gets out.
  process.exitCode = await program.runProgram(program.createContext(process), argv);
  if (argv[0] === 'compile' && process.exitCode === 0) keepCode();
}

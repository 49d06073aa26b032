#!/usr/bin/env node
import { createContext } from './process-context.ts';
import { runProgram } from './program.ts';

// The exit code is set rather than forced, so that what is still being written to a pipe gets out.
process.exitCode = await runProgram(createContext(process), process.argv.slice(2));

/** What main.ts and demo.ts start: the root of the bundle, which holds every command. */
export { createContext } from '../process-context.ts';
export { runProgram } from '../program.ts';

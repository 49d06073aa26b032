import { buildId } from './build-id.ts';
import { loadBundle } from './load-bundle.ts';

type Program = typeof import('./program.ts');

interface LoadedProgram {
  readonly program: Program;
  /** Keeps what V8 has compiled by now for the processes that come after. */
  keepCode(): void;
}

/** The program: the bundle beside this file, or the sources where they run as they are. */
export async function loadProgram(): Promise<LoadedProgram> {
  // In this file's own bundle `./program.ts` is not to be had (scripts/bundle.mjs).
  if (buildId === null) return { program: await import('./program.ts'), keepCode: () => {} };
  const { exports, keepCode } = loadBundle('platform.js', buildId);
  return { program: exports as Program, keepCode };
}

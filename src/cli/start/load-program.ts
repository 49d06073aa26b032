import { loadBundle } from './load-bundle.ts';

type Program = typeof import('./program.ts');

interface LoadedProgram {
  readonly program: Program;
  /** Keeps what V8 has compiled by now for the processes that come after. */
  keepCode(): void;
}

/** The sha256 of the bundle; only `scripts/bundle.mjs` says it. */
declare const __BUILD_ID__: string;

/** The program: the bundle beside this file, or the sources where they run as they are. */
export async function loadProgram(): Promise<LoadedProgram> {
  // Said so that esbuild leaves the sources out of the small program that loads the bundle.
  if (typeof __BUILD_ID__ === 'undefined') return { program: await import('./program.ts'), keepCode: () => {} };
  const { exports, keepCode } = loadBundle('platform.js', __BUILD_ID__);
  return { program: exports as Program, keepCode };
}

import { buildId } from './build-id.ts';
import { NotQuick } from './not-quick.ts';

type Program = typeof import('./program.ts');
type Quick = typeof import('./quick.ts');

interface Loaded<T> {
  readonly program: T;
  /** Keeps what V8 has compiled by now for the processes that come after. */
  keepCode(): void;
}

/**
 * The program: the bundle beside this file, or the sources where they run as they are.
 *
 * @param use As `loadBundle` has it.
 */
export async function loadProgram(use: 'ingest' | null = null): Promise<Loaded<Program>> {
  // In this file's own bundle `./program.ts` is not to be had (scripts/bundle.mjs).
  if (buildId === null) return { program: await import('./program.ts'), keepCode: () => {} };
  const { loadBundle } = await import('./load-bundle.ts');
  const { exports, keepCode } = loadBundle('platform.js', buildId, { use });
  return { program: exports as Program, keepCode };
}

/** The small bundle; null where the sources run as they are. */
export async function loadQuick(): Promise<Loaded<Quick> | null> {
  if (buildId === null) return null;
  // Late, because a compile that is answered from its stamp has no need of what this loads.
  const { loadBundle } = await import('./load-bundle.ts');
  const { exports, keepCode } = loadBundle('quick.js', buildId, {
    mayRequire: (name) => {
      if (!name.startsWith('node:')) throw new NotQuick(name);
    },
  });
  return { program: exports as Quick, keepCode };
}

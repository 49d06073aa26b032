import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';

/** A CommonJS module's function, as `scripts/bundle.mjs` wraps the bundle. */
type ModuleBody = (
  exports: object,
  require: (id: string) => unknown,
  module: { exports: object },
  ...paths: string[]
) => void;

interface LoadedBundle {
  readonly exports: object;
  keepCode(): void;
}

interface BundleOptions {
  /** A use of the bundle that runs so much of it that no other wants to read that code; null for what all run. */
  readonly use?: string | null;
  /** Told of each module that the bundle asks for; it may throw. */
  readonly mayRequire?: (name: string) => void;
}

/**
 * Runs a bundle that lies beside this one, with the code that V8 compiled of it in an earlier process where that was
 * kept: parsing and compiling take longer than most commands. The kept code is named after the build, the V8 and the
 * machine it is for; V8 refuses it if it is of other flags, and the bundle is then compiled as any program is.
 */
export function loadBundle(
  name: string,
  buildId: string,
  { use = null, mayRequire }: BundleOptions = {},
): LoadedBundle {
  const path = join(import.meta.dirname, name);
  const nameKept = (part: string) =>
    `${path}${part}.${buildId.slice(0, 16)}-${process.versions.v8}-${process.arch}.code`;
  const kept = nameKept(use === null ? '' : `.${use}`);
  const own = readKept(kept);
  // What any command needs is there sooner than what only this use does.
  const cachedData = own ?? (use === null ? null : readKept(nameKept('')));
  const script = new Script(readFileSync(path, 'latin1'), {
    filename: path,
    ...(cachedData === null ? {} : { cachedData }),
  });
  const module = { exports: {} };
  const body = script.runInThisContext() as ModuleBody;
  const require = createRequire(path);
  const requireSome = (id: string): unknown => {
    mayRequire?.(id);
    return require(id);
  };
  body(module.exports, requireSome, module, path, import.meta.dirname);
  return {
    exports: module.exports,
    keepCode: () => {
      if (own === null) keep(kept, script.createCachedData());
    },
  };
}

function readKept(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

/**
 * V8 does not check what it reads, so no half of a file may ever be found: it appears by rename and its bytes are on the
 * disk by then. Where the folder cannot be written to, every process compiles the bundle anew.
 */
function keep(path: string, code: Buffer): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, code, { flag: 'wx', flush: true });
    renameSync(temporary, path);
  } catch {
    rmSync(temporary, { force: true });
  }
}

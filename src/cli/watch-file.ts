import { type FSWatcher, realpathSync, watch } from 'node:fs';
import { dirname } from 'node:path';

/** So long, in milliseconds, nothing may happen before a save counts as done: editors write in several steps. */
const quiet = 60;
/** A folder that is never quiet, as with a log in it, is looked at all the same. */
const longest = 500;

export interface FileWatch {
  /** Resolves when something happened to the file or its neighbours since the last call, or on interruption. */
  nextChange(): Promise<void>;
  close(): void;
}

/**
 * Watches the folder of a file, and the one that a link to it leads to: an editor that saves by renaming a new file over
 * the old one leaves a watch of the file itself with the old one. A folder that is not there is looked for again and again.
 */
export function watchFile(path: string, signal: AbortSignal): FileWatch {
  let watchers: readonly FSWatcher[] = [];
  let isComplete = false;
  let changes = 0;
  let wake = () => {};
  const change = () => {
    changes++;
    wake();
  };
  const pause = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  // Anew after each change, since it may have been the folder itself that went or was replaced.
  const listen = () => {
    const old = watchers;
    const opened = listFolders(path).map((folder) => openWatch(folder, change));
    watchers = opened.filter((watcher) => watcher !== null);
    isComplete = watchers.length === opened.length;
    for (const watcher of old) watcher.close();
  };
  signal.addEventListener('abort', change);
  listen();
  return {
    nextChange: async () => {
      if (changes === 0) await pause(isComplete ? 2 ** 31 - 1 : longest);
      const end = performance.now() + longest;
      for (let seen = -1; seen !== changes && !signal.aborted && performance.now() < end; ) {
        seen = changes;
        await pause(quiet);
      }
      changes = 0;
      listen();
    },
    close: () => {
      signal.removeEventListener('abort', change);
      for (const watcher of watchers) watcher.close();
    },
  };
}

function listFolders(path: string): readonly string[] {
  try {
    return [...new Set([dirname(path), dirname(realpathSync(path))])];
  } catch {
    return [dirname(path)];
  }
}

/** Null where the folder is not there, or the system watches too much already. */
function openWatch(folder: string, change: () => void): FSWatcher | null {
  try {
    // Whatever goes wrong later is a change: the next look finds out.
    return watch(folder, change).on('error', change);
  } catch {
    return null;
  }
}

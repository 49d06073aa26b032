import { useState } from 'preact/hooks';
import type { ViewFile } from '../view/artifacts.ts';

interface FileTreeProps {
  readonly files: readonly ViewFile[];
  /** The path of the file that is open. */
  readonly open: string;
  /** How many lines of each the chosen line of the spec makes; null where none is chosen. */
  readonly counts: ReadonlyMap<string, number> | null;
  readonly onOpen: (path: string) => void;
}

/** The files by folder, with size and target, narrowed by what is typed. */
export function FileTree({ files, open, counts, onOpen }: FileTreeProps) {
  const [words, setWords] = useState('');
  const shown = files.filter(({ path, target }) =>
    `${path} ${target ?? ''}`.toLowerCase().includes(words.toLowerCase()),
  );
  return (
    <section class="tree" aria-label="Files">
      <label class="filter">
        <span>Filter</span>
        <input
          type="search"
          value={words}
          placeholder="path or target"
          onInput={({ currentTarget }) => setWords(currentTarget.value)}
        />
      </label>
      <p class="soft" aria-live="polite">
        {shown.length === files.length ? `${files.length} files` : `${shown.length} of ${files.length} files`}
      </p>
      <div class="folders">
        {groupByFolder(shown).map(([folder, own]) => (
          <div key={folder}>
            {folder !== '' && <h3>{folder}</h3>}
            <ul>
              {own.map((file) => (
                <li key={file.path}>
                  <button
                    type="button"
                    aria-current={file.path === open ? 'true' : undefined}
                    onClick={() => onOpen(file.path)}
                  >
                    <span class="name">{file.path.slice(folder.length)}</span>
                    <span class="soft">{describe(file, counts?.get(file.path))}</span>
                  </button>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </section>
  );
}

function describe({ target, bytes }: ViewFile, lines: number | undefined): string {
  const size = bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`;
  return [...(lines === undefined ? [] : [`● ${lines}`]), target ?? 'lock', size].join(' · ');
}

/** Files of a folder together, in the order of paths; the names of folders end in a slash. */
function groupByFolder(files: readonly ViewFile[]): readonly (readonly [string, readonly ViewFile[]])[] {
  const folders = new Map<string, ViewFile[]>();
  for (const file of files) {
    const folder = file.path.slice(0, file.path.lastIndexOf('/') + 1);
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return [...folders].sort(([a], [b]) => (a < b ? -1 : 1));
}

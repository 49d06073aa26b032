import { useMemo, useState } from 'preact/hooks';
import type { ViewArtifacts } from '../view/artifacts.ts';
import type { ViewSpec } from '../view/document.ts';
import { countLines, listMarks, listReasons, markLines } from './causes.ts';
import { FileTree } from './file-tree.tsx';
import { LineList } from './line-list.tsx';

interface ArtifactsProps {
  readonly artifacts: ViewArtifacts;
  readonly spec: ViewSpec;
}

/** A line that is chosen, in the file that is open or in the spec. */
interface Chosen {
  readonly side: 'file' | 'spec';
  readonly line: number;
}

/** Every generated file beside the spec: a line chosen on either side marks what belongs to it on the other. */
export function Artifacts({ artifacts, spec }: ArtifactsProps) {
  const [path, setPath] = useState(artifacts.files[0]?.path);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const file = artifacts.files.find((one) => one.path === path);
  const lines = useMemo(() => file?.text.replace(/\n$/, '').split('\n') ?? [], [file]);
  if (file === undefined) return null;
  const specLine = chosen?.side === 'spec' ? chosen.line : null;
  const fileLine = chosen?.side === 'file' ? chosen.line : null;
  const reasons = fileLine === null ? [] : listReasons(artifacts, file, fileLine);
  const openFile = (next: string) => {
    setPath(next);
    // A line of the spec stays chosen: what it makes in the next file is what one looks for.
    if (chosen?.side === 'file') setChosen(null);
  };
  return (
    <>
      <p class="lead">
        What <code>platform compile</code> writes. Choose a line to see what of the spec made it, or a line of the spec
        to see what it makes.
      </p>
      <div class="files">
        <FileTree
          files={artifacts.files}
          open={file.path}
          counts={specLine === null ? null : countLines(artifacts, specLine)}
          onOpen={openFile}
        />
        <section class="pane" aria-label={file.path}>
          <h3>{file.path}</h3>
          <LineList
            key={file.path}
            label={`Lines of ${file.path}`}
            lines={lines}
            chosen={fileLine}
            marked={specLine === null ? none : markLines(artifacts, file, specLine)}
            onChoose={(line) => setChosen({ side: 'file', line })}
          />
        </section>
        <section class="pane" aria-label={spec.path}>
          <h3>{spec.path}</h3>
          <LineList
            label={`Lines of ${spec.path}`}
            lines={spec.lines}
            chosen={specLine}
            marked={fileLine === null ? none : listMarks(reasons)}
            onChoose={(line) => setChosen({ side: 'spec', line })}
          />
        </section>
      </div>
      <section class="why" aria-live="polite" aria-label="Why">
        {fileLine !== null && <Reasons place={`${file.path}:${fileLine}`} reasons={reasons} />}
        {specLine !== null && <p>{describeMade(artifacts, spec.path, specLine)}</p>}
      </section>
    </>
  );
}

const none: ReadonlySet<number> = new Set();

function Reasons({ place, reasons }: { readonly place: string; readonly reasons: ReturnType<typeof listReasons> }) {
  if (reasons.length === 0)
    return (
      <p>
        <code>{place}</code> is the same in every platform.
      </p>
    );
  return (
    <>
      <p>
        <code>{place}</code> was made by
      </p>
      <ul>
        {reasons.map(({ place: { path, line, kind }, effect }) => (
          <li key={path}>
            <code>{path}</code>{' '}
            {kind === 'written' ? `(line ${line})` : kind === 'default' ? '(not written: its default)' : ''}
            {': '}
            {effect === 'text' ? 'it decides the text' : 'without it the line would not be there'}
          </li>
        ))}
      </ul>
    </>
  );
}

function describeMade(artifacts: ViewArtifacts, path: string, line: number): string {
  const counts = [...countLines(artifacts, line).values()];
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return `${path}:${line} makes no line of a file.`;
  return `${path}:${line} makes ${all} ${all === 1 ? 'line' : 'lines'} of ${counts.length} ${counts.length === 1 ? 'file' : 'files'}.`;
}

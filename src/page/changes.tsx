import { useState } from 'preact/hooks';
import type { ViewChange, ViewChanges } from '../view/changes.ts';
import type { GoneEnvironment } from '../view/document.ts';

/** Every impact, the worst first, with the sign that says it where colours do not. */
const signs = {
  refused: '⛔',
  destroy: '✖',
  replace: '⟲',
  restart: '↻',
  update: '✎',
  create: '✚',
  none: '○',
} as const satisfies Record<ViewChange['impact'], string>;
type Impact = keyof typeof signs;
const impacts = Object.keys(signs) as readonly Impact[];

interface ChangesProps {
  readonly changes: ViewChanges;
  readonly gone: readonly GoneEnvironment[];
}

/** What the spec changes for what runs: the same as `platform diff` says, to be narrowed by impact. */
export function Changes({ changes: { against, problem, changes, notes }, gone }: ChangesProps) {
  const [hidden, setHidden] = useState<ReadonlySet<Impact>>(new Set());
  const toggle = (impact: Impact) =>
    setHidden((was) => new Set(was.has(impact) ? [...was].filter((one) => one !== impact) : [...was, impact]));
  if (problem !== null) return <p class="note warn">⚠ There is nothing to compare with: {problem}</p>;
  const shown = changes.filter(({ impact }) => !hidden.has(impact));
  return (
    <>
      <p class="lead">The spec against {against}, the worst first.</p>
      {notes.map((note) => (
        <p class="note" key={note}>
          {note}
        </p>
      ))}
      {changes.length === 0 ? (
        <p class="note good">✓ Nothing changes.</p>
      ) : (
        <fieldset class="impacts">
          <legend>Show</legend>
          {impacts.map((impact) => {
            const count = changes.filter((change) => change.impact === impact).length;
            return count === 0 ? null : (
              <label key={impact}>
                <input type="checkbox" checked={!hidden.has(impact)} onChange={() => toggle(impact)} />
                <Badge impact={impact} /> {count}
              </label>
            );
          })}
        </fieldset>
      )}
      <ListChanges changes={shown} />
      {gone.map(({ name, changes: own }) => (
        <section key={name}>
          <h3>{name}: gone from the spec</h3>
          <ListChanges changes={own} />
        </section>
      ))}
    </>
  );
}

function ListChanges({ changes }: { readonly changes: readonly ViewChange[] }) {
  return (
    <ul class="changes">
      {changes.map((change) => (
        <Change key={`${change.resource} ${change.field}`} change={change} />
      ))}
    </ul>
  );
}

function Change({ change }: { readonly change: ViewChange }) {
  const { resource, field, impact, rule, acknowledged, places, files } = change;
  return (
    <li>
      <h3>
        <Badge impact={impact} /> {resource}
        {field !== null && <span class="field"> {field}</span>}
      </h3>
      <ShowValues change={change} />
      <p>{rule.reason}</p>
      {rule.loss !== null && <p class="loss">⚠ Data is lost: {rule.loss}</p>}
      {acknowledged !== null && (
        <p>
          {acknowledged.counts ? '✓' : '✗'} {acknowledged.words}
        </p>
      )}
      <dl>
        <dt>Spec</dt>
        <dd>
          {places.length === 0 && 'not known: the spec of before is not there'}
          {places.map(({ path, file, line, gone }) => (
            <div key={`${file}:${line} ${path}`}>
              <code>
                {file}:{line}
              </code>{' '}
              {path}
              {gone && ' (gone)'}
            </div>
          ))}
        </dd>
        {files.length > 0 && (
          <>
            <dt>Files</dt>
            <dd>
              {files
                .map(({ path, kind, lines }) =>
                  kind === 'changed' ? `${path}:${lines.join(',')}` : `${path} (${kind})`,
                )
                .join(', ')}
            </dd>
          </>
        )}
        <dt>Rule</dt>
        <dd>
          <code>{rule.id}</code>: {rule.source}
        </dd>
      </dl>
    </li>
  );
}

function ShowValues({ change: { values } }: { readonly change: ViewChange }) {
  if (values.kind === 'whole')
    return (
      <p class="values">
        <del>{values.before}</del> → <ins>{values.after}</ins>
      </p>
    );
  return (
    <p class="values">
      {values.removed.map((text) => (
        <del key={text}>− {text} </del>
      ))}
      {values.added.map((text) => (
        <ins key={text}>+ {text} </ins>
      ))}
    </p>
  );
}

function Badge({ impact }: { readonly impact: Impact }) {
  return (
    <span class={`badge ${impact}`}>
      <span aria-hidden="true">{signs[impact]}</span> {impact}
    </span>
  );
}

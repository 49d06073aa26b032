import type { ViewQuarantine } from '../../view/ingested.ts';
import { formatCount, formatMoment } from '../items/format.ts';

/** What could not be loaded, by reason, with what to type once the cause is mended. */
export function Quarantine({ rows }: { readonly rows: readonly ViewQuarantine[] }) {
  if (rows.length === 0)
    return (
      <div class="empty">
        <p>Nothing is in quarantine: every item that was read could be loaded.</p>
      </div>
    );
  return (
    <>
      <p class="soft">
        Items that could not be loaded, as they came. Mend the cause, at the source or here; a retry then loads them,
        and what loads leaves the quarantine.
      </p>
      {rows.map((row) => (
        <Reason key={`${row.pipeline} ${row.reason}`} row={row} />
      ))}
    </>
  );
}

function Reason({ row }: { readonly row: ViewQuarantine }) {
  return (
    <details class="reason">
      <summary>
        <strong>{formatCount(row.items)}</strong> <code>{row.reason}</code> of <bdi>{row.pipeline}</bdi>
        <span class="soft">
          {row.first === row.last
            ? `since ${formatMoment(row.first)}`
            : `from ${formatMoment(row.first)} to ${formatMoment(row.last)}`}
        </span>
      </summary>
      <p>
        Once it is mended: <code>{row.retry}</code>
      </p>
      <ul>
        {row.examples.map(({ item, collection, source, message, since }) => (
          <li key={`${source} ${item} ${since} ${message}`}>
            <p>
              <bdi class="id">{item ?? 'no id'}</bdi>
              {collection === null ? null : (
                <>
                  {' of '}
                  <bdi>{collection}</bdi>
                </>
              )}
              <span class="soft">{formatMoment(since)}</span>
            </p>
            <p>
              <bdi>{message}</bdi>
            </p>
            <p class="soft">
              <bdi>{source}</bdi>
            </p>
          </li>
        ))}
      </ul>
      {row.items > row.examples.length ? (
        <p class="soft">
          The latest {row.examples.length} of {row.items}.
        </p>
      ) : null}
    </details>
  );
}

import type { ViewRun } from '../../view/ingested.ts';
import { formatCount, formatMoment } from '../items/format.ts';
import { State } from './state.tsx';

/** What else there is to know of a run: its id, what to type next, and its shards one by one. */
export function Shards({ run }: { readonly run: ViewRun }) {
  const { shards, counts } = run;
  const rest = [
    counts.duplicates > 0 ? `${formatCount(counts.duplicates)} came twice` : '',
    counts.deleted > 0 ? `${formatCount(counts.deleted)} deleted, gone from the source` : '',
  ].filter((text) => text !== '');
  return (
    <details>
      <summary>
        {shards.length === 1 ? '1 shard' : `${formatCount(shards.length)} shards`}, run <code>{run.run}</code>
        {rest.length === 0 ? '' : `: ${rest.join(', ')}`}
      </summary>
      {run.next === null ? null : (
        <p>
          To go on: <code>{run.next}</code>
        </p>
      )}
      <table>
        <thead>
          <tr>
            <th scope="col">Shard</th>
            <th scope="col">State</th>
            <th scope="col">Read</th>
            <th scope="col">Quarantined</th>
            <th scope="col">Items/s</th>
            <th scope="col">Last word</th>
            <th scope="col">Held by</th>
          </tr>
        </thead>
        <tbody>
          {shards.map((shard) => (
            <tr key={shard.shard}>
              <th scope="row">
                {shard.shard}/{shards.length}
              </th>
              <td>
                <State state={shard.state} />
              </td>
              <td>{formatCount(shard.counts.read)}</td>
              <td>{formatCount(shard.counts.quarantined)}</td>
              <td>{shard.itemsPerSecond === null ? '–' : shard.itemsPerSecond.toFixed(1)}</td>
              <td>{shard.lastWord === null ? '–' : formatMoment(shard.lastWord)}</td>
              <td>
                <bdi>{shard.holder ?? '–'}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

import type { ViewIngested, ViewRun } from '../../view/ingested.ts';
import { formatCount, formatDuration, formatMoment } from '../items/format.ts';
import { Unread } from '../items/unread.tsx';
import { Quarantine } from './quarantine.tsx';
import { Shards } from './shards.tsx';
import { State } from './state.tsx';

/** The runs, the newest first, and what is in quarantine. */
export function Runs({ data }: { readonly data: ViewIngested }) {
  if (data.kind === 'unread') return <Unread data={data} />;
  return (
    <div class="runs">
      {data.lacking === null ? null : (
        <p class="soft">{data.lacking}: what follows is what the other database knows.</p>
      )}
      {data.runs.length === 0 ? (
        <div class="empty">
          <p>
            No run yet: <code>{data.commands.ingest}</code> makes one.
          </p>
        </div>
      ) : (
        <RunTable runs={data.runs} />
      )}
      {data.hasMoreRuns ? (
        <p class="soft">
          Older runs are in the database: <code>{data.commands.status} RUN</code> tells of one.
        </p>
      ) : null}
      <h3>Quarantine</h3>
      {data.quarantine === null ? (
        <p class="soft">It is in the pgstac database, which was not reached.</p>
      ) : (
        <Quarantine rows={data.quarantine} />
      )}
    </div>
  );
}

function RunTable({ runs }: { readonly runs: readonly ViewRun[] }) {
  const most = Math.max(1, ...runs.map(({ counts }) => counts.read));
  return (
    <section class="scroll" aria-label="Runs">
      <table class="figures">
        <caption>Runs, the newest first (times in UTC)</caption>
        <thead>
          <tr>
            <th scope="col">Pipeline</th>
            <th scope="col">State</th>
            <th scope="col">Planned</th>
            <th scope="col">Took</th>
            <th scope="col">Loaded</th>
            <th scope="col">Unchanged</th>
            <th scope="col">Quarantined</th>
            <th scope="col">Items/s</th>
            <th scope="col">Read</th>
          </tr>
        </thead>
        {runs.map((run) => (
          <Run key={run.run} run={run} share={run.counts.read / most} />
        ))}
      </table>
    </section>
  );
}

function Run({ run, share }: { readonly run: ViewRun; readonly share: number }) {
  const { counts } = run;
  const took = findDuration(run);
  return (
    <tbody>
      <tr>
        <th scope="row">
          <bdi>{run.pipeline}</bdi>
          {run.reads === 'quarantine' ? ' (retry)' : ''}
        </th>
        <td>
          <State state={run.state} />
        </td>
        <td class="moment">{formatMoment(run.planned)}</td>
        <td>{took === null ? '–' : formatDuration(took)}</td>
        <td>{formatCount(counts.inserted + counts.updated)}</td>
        <td>{formatCount(counts.unchanged + counts.ignored)}</td>
        <td class={counts.quarantined > 0 ? 'bad' : ''}>{formatCount(counts.quarantined)}</td>
        <td>{took === null || took === 0 ? '–' : formatCount(Math.round((1000 * counts.read) / took))}</td>
        <td class="bar">
          <span style={{ width: `${100 * share}%` }} />
          {formatCount(counts.read)}
        </td>
      </tr>
      <tr class="more">
        <td colSpan={9}>
          <Shards run={run} />
        </td>
      </tr>
    </tbody>
  );
}

/** Milliseconds from the plan to the end, or to the last that was heard. */
function findDuration({ planned, finished, shards }: ViewRun): number | null {
  const last = finished ?? Math.max(...shards.flatMap(({ lastWord }) => lastWord ?? []));
  return Number.isFinite(last) ? Math.max(0, last - planned) : null;
}

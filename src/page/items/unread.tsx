import type { ViewIngested } from '../../view/ingested.ts';

/** Why the databases say nothing, and what to type. */
export function Unread({ data }: { readonly data: Extract<ViewIngested, { kind: 'unread' }> }) {
  return (
    <div class="empty">
      <p>{data.reason}.</p>
      {data.hint === null ? null : (
        <p>
          <Hint text={data.hint} />
        </p>
      )}
    </div>
  );
}

/** Words, and commands between backticks. */
function Hint({ text }: { readonly text: string }) {
  return text.split('`').map((part, at) => (at % 2 === 1 ? <code>{part}</code> : part));
}

export function NothingIngested({ command }: { readonly command: string }) {
  return (
    <div class="empty">
      <p>No item is in the database yet. This fills it from the spec’s pipelines:</p>
      <p>
        <code>{command}</code>
      </p>
    </div>
  );
}

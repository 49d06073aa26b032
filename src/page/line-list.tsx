import { useEffect, useId, useRef } from 'preact/hooks';

interface LineListProps {
  readonly label: string;
  readonly lines: readonly string[];
  /** From 1. */
  readonly chosen: number | null;
  readonly marked: ReadonlySet<number>;
  readonly onChoose: (line: number) => void;
}

/** Text by lines, one of which can be chosen by a click or with the arrow keys; marked ones come into sight. */
export function LineList({ label, lines, chosen, marked, onChoose }: LineListProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const first = marked.size === 0 ? null : Math.min(...marked);
  const inSight = chosen ?? first;
  useEffect(() => {
    if (inSight !== null) scrollTo(list.current, inSight);
  }, [inSight]);
  const onKeyDown = (event: KeyboardEvent) => {
    const next = findNext(event.key, chosen ?? (first === null ? 0 : first - 1), lines.length);
    if (next === null) return;
    event.preventDefault();
    onChoose(next);
  };
  return (
    <div
      ref={list}
      class="lines"
      role="listbox"
      aria-label={label}
      aria-activedescendant={chosen === null ? undefined : `${id}-${chosen}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onClick={({ target }) => {
        const line = (target as Element).closest<HTMLElement>('[data-line]')?.dataset['line'];
        if (line !== undefined) onChoose(Number(line));
      }}
    >
      {lines.map((text, index) => {
        const line = index + 1;
        return (
          <div
            key={line}
            id={`${id}-${line}`}
            role="option"
            tabIndex={-1}
            data-line={line}
            aria-selected={line === chosen}
            class={line === chosen ? 'chosen' : marked.has(line) ? 'marked' : undefined}
          >
            <span class="number">{line}</span>
            <span class="sign" aria-hidden="true">
              {line === chosen ? '▸' : marked.has(line) ? '●' : ''}
            </span>
            <code>{text}</code>
            {marked.has(line) && <span class="unseen"> (marked)</span>}
          </div>
        );
      })}
    </div>
  );
}

function findNext(key: string, at: number, last: number): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + 20,
    PageUp: at - 20,
    Home: 1,
    End: last,
  };
  const next = steps[key];
  return next === undefined ? null : Math.max(1, Math.min(last, next));
}

/** Only the list scrolls, never the page below the reader. */
function scrollTo(list: HTMLElement | null, line: number): void {
  const row = list?.querySelector<HTMLElement>(`[data-line="${line}"]`);
  if (list === null || row == null) return;
  const top = row.offsetTop - list.offsetTop;
  if (top < list.scrollTop || top + row.offsetHeight > list.scrollTop + list.clientHeight)
    list.scrollTop = top - list.clientHeight / 3;
}

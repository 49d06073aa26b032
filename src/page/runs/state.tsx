import type { ViewRunState } from '../../view/ingested.ts';

const tones: Readonly<Record<ViewRunState, string>> = {
  done: 'good',
  running: 'busy',
  waiting: 'busy',
  open: 'warn',
  abandoned: 'bad',
  superseded: 'quiet',
};

/** In a word; the colour only repeats it. */
export function State({ state }: { readonly state: ViewRunState }) {
  return <span class={`state ${tones[state]}`}>{state}</span>;
}

import { stripVTControlCharacters } from 'node:util';
import type { Progress } from '../../ingest/progress.ts';
import type { Context, Output } from '../context.ts';
import { drawBlock } from './live-block.ts';
import type { ShardTally } from './tally.ts';
import type { Watcher } from './watcher.ts';

const DRAW_EVERY_MS = 100;
const NOTE_MS = 10_000;

/**
 * Draws a run at the bottom of the terminal, several times a second. What else is written meanwhile goes above it; at
 * the end nothing of it is left. The cursor stays visible and below, so that even a process that is killed leaves the
 * terminal as it was, but for the lines.
 */
export function watchOnTerminal(context: Context): Watcher {
  const { stderr, signal } = context;
  let drawn: readonly number[] = [];
  let tallies: readonly ShardTally[] = [];
  let note: { readonly text: string; readonly time: number } | null = null;
  const size = () => stderr.size ?? { columns: 80, rows: 24 };
  const now = () => context.now().getTime();
  const erase = () => {
    // A terminal made narrower since has broken the lines: each takes as many rows as it needs now.
    const rows = drawn.reduce((sum, width) => sum + Math.max(Math.ceil(width / size().columns), 1), 0);
    drawn = [];
    return rows === 0 ? '' : `\u001b[${rows}A\r\u001b[J`;
  };
  const draw = () => {
    const notes = note !== null && now() - note.time < NOTE_MS ? [note.text] : [];
    if (signal.aborted) notes.push('stopping after what is in flight; Ctrl-C again ends at once');
    const before = erase();
    const lines = drawBlock(tallies, { now: now(), ...size(), color: stderr.color, notes });
    drawn = lines.map((line) => stripVTControlCharacters(line).length);
    stderr.write(`${before}${lines.map((line) => `${line}\n`).join('')}`);
  };
  const above = (output: Output): Output => ({
    ...{ isTerminal: output.isTerminal, color: output.color },
    write(text) {
      const before = erase();
      if (before !== '') stderr.write(before);
      output.write(text);
    },
  });
  signal.addEventListener('abort', draw, { once: true });
  let last = 0;
  return {
    context: { ...context, stdout: above(context.stdout), stderr: above(stderr) },
    told(progress: Progress) {
      if (progress.kind === 'warning') above(stderr).write(`warning: ${progress.message}\n`);
      if (progress.kind === 'retry') note = { text: `trying again: ${progress.reason}`, time: now() };
    },
    tick(current) {
      tallies = current;
      if (now() - last < DRAW_EVERY_MS) return;
      last = now();
      draw();
    },
    async end() {
      signal.removeEventListener('abort', draw);
      const before = erase();
      if (before !== '') stderr.write(before);
    },
  };
}

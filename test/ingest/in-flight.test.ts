import { expect, test } from '@jest/globals';
import { InFlight } from '../../src/ingest/run/in-flight.ts';

/** Work that says when it begins and ends, and ends when it is told to. */
function makeWork(name: string, events: string[]) {
  let end: (error?: Error) => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    end = (error) => (error === undefined ? resolve() : reject(error));
  });
  const run = async () => {
    events.push(`${name} begins`);
    await ended;
    events.push(`${name} ends`);
  };
  return { run, end };
}

/** A batch that writes these items. */
const writes = (...names: string[]) => ({ writes: new Set(names), all: () => new Set(names) });
/** A batch that meets these items and writes none. */
const meets = (...names: string[]) => ({ writes: new Set<string>(), all: () => new Set(names) });

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('so many at once and no more', async () => {
  const events: string[] = [];
  const inFlight = new InFlight(2);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => makeWork(name, events)) as [Work, Work, Work];
  await inFlight.begin(writes('1'), a.run);
  await inFlight.begin(writes('2'), b.run);
  const third = inFlight.begin(writes('3'), c.run);
  await settle();
  expect(events).toEqual(['a begins', 'b begins']);
  b.end();
  await third;
  expect(events).toEqual(['a begins', 'b begins', 'b ends', 'c begins']);
  a.end();
  c.end();
  await inFlight.drain();
  expect(events).toHaveLength(6);
});

test('one with an item of another waits for it, though there is room', async () => {
  const events: string[] = [];
  const inFlight = new InFlight(3);
  const [a, b] = ['a', 'b'].map((name) => makeWork(name, events)) as [Work, Work];
  await inFlight.begin(writes('1', '2'), a.run);
  const second = inFlight.begin(writes('2', '3'), b.run);
  await settle();
  expect(events).toEqual(['a begins']);
  a.end();
  await second;
  expect(events).toEqual(['a begins', 'a ends', 'b begins']);
  b.end();
  await inFlight.drain();
});

test('one that only meets an item waits for one that writes it, and the other way round', async () => {
  const events: string[] = [];
  const inFlight = new InFlight(4);
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => makeWork(name, events)) as [Work, Work, Work, Work];
  await inFlight.begin(meets('1'), a.run);
  await inFlight.begin(meets('1'), b.run);
  const third = inFlight.begin(writes('1'), c.run);
  await settle();
  expect(events).toEqual(['a begins', 'b begins']);
  a.end();
  b.end();
  await third;
  const fourth = inFlight.begin(meets('1'), d.run);
  await settle();
  expect(events.at(-1)).toBe('c begins');
  c.end();
  await fourth;
  d.end();
  await inFlight.drain();
});

test('after one that failed none is begun, and those in flight are waited for', async () => {
  const events: string[] = [];
  const inFlight = new InFlight(2);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => makeWork(name, events)) as [Work, Work, Work];
  await inFlight.begin(writes('1'), a.run);
  await inFlight.begin(writes('2'), b.run);
  a.end(new Error('lost'));
  await expect(inFlight.begin(writes('1'), c.run)).rejects.toThrow('lost');
  const drained = inFlight.drain();
  b.end();
  await expect(drained).rejects.toThrow('lost');
  expect(events).toEqual(['a begins', 'b begins', 'b ends']);
});

type Work = ReturnType<typeof makeWork>;

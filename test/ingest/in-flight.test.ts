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

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('so many at once and no more', async () => {
  const events: string[] = [];
  const inFlight = new InFlight(2);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => makeWork(name, events)) as [Work, Work, Work];
  await inFlight.begin(new Set(['1']), a.run);
  await inFlight.begin(new Set(['2']), b.run);
  const third = inFlight.begin(new Set(['3']), c.run);
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
  await inFlight.begin(new Set(['1', '2']), a.run);
  const second = inFlight.begin(new Set(['2', '3']), b.run);
  await settle();
  expect(events).toEqual(['a begins']);
  a.end();
  await second;
  expect(events).toEqual(['a begins', 'a ends', 'b begins']);
  b.end();
  await inFlight.drain();
});

test('after one that failed none is begun, and those in flight are waited for', async () => {
  const events: string[] = [];
  const inFlight = new InFlight(2);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => makeWork(name, events)) as [Work, Work, Work];
  await inFlight.begin(new Set(['1']), a.run);
  await inFlight.begin(new Set(['2']), b.run);
  a.end(new Error('lost'));
  await expect(inFlight.begin(new Set(['1']), c.run)).rejects.toThrow('lost');
  const drained = inFlight.drain();
  b.end();
  await expect(drained).rejects.toThrow('lost');
  expect(events).toEqual(['a begins', 'b begins', 'b ends']);
});

type Work = ReturnType<typeof makeWork>;

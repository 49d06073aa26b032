import { expect, test } from '@jest/globals';
import { RecentWrites } from '../../src/ingest/run/recent-writes.ts';
import type { Recogniser } from '../../src/ingest/run/recognise.ts';
import { recogniseGroups } from '../../src/ingest/run/recognise-groups.ts';
import type { SourceDocument } from '../../src/ingest/source/document.ts';

const makeDocument = (name: string, size = 10): SourceDocument => {
  return { bytes: Buffer.alloc(size, 'x'), source: 'a', place: name, tooLarge: false };
};
const many = (count: number, from: number) =>
  Array.from({ length: count }, (_, place) => makeDocument(String(from + place)));

/** A source that gives what it is handed, and notes when it is asked for more. */
function makeSource() {
  const given: (readonly SourceDocument[])[] = [];
  let wake: () => void = () => undefined;
  const state = { asked: 0, ended: false };
  async function* documents() {
    for (;;) {
      state.asked += 1;
      while (given.length === 0 && !state.ended)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      const next = given.shift();
      if (next === undefined) return;
      yield next;
    }
  }
  return {
    part: { name: '', owned: false, documents },
    state,
    give: (...documents: SourceDocument[]) => {
      given.push(documents);
      wake();
    },
    end: () => {
      state.ended = true;
      wake();
    },
  };
}

/** Knows nothing, but answers. */
const recogniser: Recogniser = {
  guess: (documents) => documents.map(() => null),
  ask: async (guesses) => guesses.map(() => null),
};
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('documents keep their order, asked for or not, and each is given once', async () => {
  const source = makeSource();
  let guesses = 0;
  const unsure: Recogniser = {
    ...recogniser,
    guess: (documents) => (++guesses % 3 === 0 ? null : documents.map(() => null)),
  };
  for (let at = 0; at < 5000; at += 250) source.give(...many(250, at));
  source.end();
  const places: string[] = [];
  for await (const { documents, known } of recogniseGroups(source.part, unsure, new RecentWrites())) {
    if (known !== null) expect(known).toHaveLength(documents.length);
    places.push(...documents.map(({ place }) => place));
  }
  expect(places).toEqual(many(5000, 0).map(({ place }) => place));
});

test('what is known does not wait for a source that is slow', async () => {
  const source = makeSource();
  const groups = recogniseGroups(source.part, recogniser, new RecentWrites());
  source.give(...many(1200, 0));
  expect((await groups.next()).value).toMatchObject({ documents: { length: 1200 }, asked: 0 });
  source.end();
  expect(await groups.next()).toMatchObject({ done: true });
});

test('nothing is read beside a large document', async () => {
  const source = makeSource();
  const groups = recogniseGroups(source.part, recogniser, new RecentWrites());
  source.give(makeDocument('large', 2 << 20));
  source.give(makeDocument('small'));
  expect((await groups.next()).value).toMatchObject({ documents: [{ place: 'large' }] });
  await settle();
  expect(source.state.asked).toBe(1);
  source.end();
  expect((await groups.next()).value).toMatchObject({ documents: [{ place: 'small' }] });
});

test('a source that fails fails its reader', async () => {
  async function* documents() {
    yield many(3, 0);
    throw new Error('lost');
  }
  const groups = recogniseGroups({ documents }, recogniser, new RecentWrites());
  await expect(groups.next()).rejects.toThrow('lost');
});

test('what a batch wrote is asked again by whoever asked before it ended, and forgotten after that', () => {
  const writes = new RecentWrites();
  const before = writes.now;
  const end = writes.begin(new Set(['a']));
  const during = writes.now;
  expect([writes.mayHave(() => 'a', before), writes.mayHave(() => 'b', before)]).toEqual([true, false]);
  end();
  expect(writes.mayHave(() => 'a', during)).toBe(true);
  expect(writes.mayHave(() => 'a', writes.now)).toBe(false);
  writes.forgetBefore(during);
  expect(writes.mayHave(() => 'a', before)).toBe(true);
  writes.forgetBefore(writes.now);
  expect(writes.mayHave(() => 'a', before)).toBe(false);
});

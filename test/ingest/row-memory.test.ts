import { describe, expect, test } from '@jest/globals';
import { RowMemory, SLAB_BYTES } from '../../src/ingest/item/row-memory.ts';
import { RowWriter } from '../../src/ingest/item/row-writer.ts';

describe('the memory of rows', () => {
  test('is used again once no more rows come into a slab and each was given back, in either order', () => {
    const memory = new RowMemory();
    const slab = memory.take();
    expect(slab).toHaveLength(SLAB_BYTES);
    memory.giveBack(slab.subarray(0, 5));
    memory.leave(slab, 2);
    const other = memory.take();
    expect(other.buffer).not.toBe(slab.buffer);
    memory.giveBack(slab.subarray(5, 9));
    memory.leave(other, 0);
    expect(new Set([memory.take().buffer, memory.take().buffer])).toEqual(new Set([slab.buffer, other.buffer]));
    expect(memory.take().buffer).not.toBe(slab.buffer);
  });

  test('knows nothing of what was given back in an earlier use, nor of other memory', () => {
    const memory = new RowMemory();
    const slab = memory.take();
    memory.leave(slab, 1);
    memory.giveBack(slab);
    expect(memory.take().buffer).toBe(slab.buffer);
    memory.leave(slab, 2);
    memory.giveBack(slab);
    expect(memory.take().buffer).not.toBe(slab.buffer);
    const foreign = Buffer.alloc(SLAB_BYTES);
    memory.leave(foreign, 1);
    memory.giveBack(foreign);
    expect(memory.take().buffer).not.toBe(foreign.buffer);
  });

  test('holds rows of any length until they are given back, and few slabs then', () => {
    const memory = new RowMemory();
    const writer = new RowWriter(memory);
    const slabs = new Set<ArrayBufferLike>();
    const held: { readonly row: Buffer; readonly letter: string; readonly length: number }[] = [];
    const release = (most: number) => {
      for (const { row, letter, length } of held.splice(0, held.length - most)) {
        expect(row.equals(Buffer.alloc(length, letter))).toBe(true);
        if (row.length < SLAB_BYTES) slabs.add(row.buffer);
        // Whoever looked at it now would find that it is gone.
        row.fill('!');
        memory.giveBack(row);
      }
    };
    for (let place = 0; place < 2000; place += 1) {
      const length = place % 500 === 499 ? SLAB_BYTES * 2 : (place * 37) % 20_000;
      const letter = String.fromCharCode(97 + (place % 26));
      writer.span(Buffer.alloc(length, letter), 0, length);
      held.push({ row: writer.take(), letter, length });
      release(100);
    }
    release(0);
    // Of 20 MB, a hundred rows of which are a megabyte.
    expect(slabs.size).toBeLessThan(8);
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ViewDocument } from '../../src/view/document.ts';
import { encodeItems } from '../../src/view/encode-items.ts';
import type { ViewIngested, ViewItems } from '../../src/view/ingested.ts';
import { renderPage } from '../../src/view/render-page.ts';
import { projectRoot } from './root.ts';
import { makeTemporaryFolder } from './temporary.ts';

const DAY = 86_400_000;
export const firstDay = Date.UTC(2023, 0, 1);

/**
 * Footprints as satellites leave them, the same ones each time: tiles of about a degree and swaths that lean, the first
 * collection in one region on each other, the others around the world, an item a day or more over two years.
 */
export function generateItems(count: number, names: readonly string[]): ViewItems {
  const encoder = encodeItems();
  const bins = new Map<string, [number, number, number]>();
  const each = Math.ceil(count / names.length);
  const collections = names.map((id, place) => ({ id, ...countOf(Math.min(each, count - place * each)) }));
  for (const [place, { id, total }] of collections.entries())
    for (let n = 0; n < total; n += 1) {
      const start = firstDay + Math.floor(((n * 7919) % 730) * DAY + ((n * 104_729) % DAY));
      const [west, south] =
        place === 0
          ? [5 + ((n * 13) % 60) / 10, 44 + ((n * 17) % 50) / 10]
          : [((n * 137 + place * 1171) % 3600) / 10 - 180, ((n * 61 + place * 517) % 1300) / 10 - 60];
      const [wide, high] = [1.1 + (n % 5) / 10, 1 + (n % 3) / 10];
      const ring = [
        [west + 0.2, south],
        [west + wide, south + 0.1],
        [west + wide - 0.2, south + high],
        [west, south + high - 0.1],
        [west + 0.2, south],
      ] as const;
      encoder.add({ id: `${id.slice(0, 40)}_${String(n).padStart(6, '0')}_T32TLR`, start, end: start, paths: [ring] });
      const day = Math.floor(start / DAY) * DAY;
      const bin = bins.get(`${day} ${place}`) ?? [day, place, 0];
      bin[2] += 1;
      bins.set(`${day} ${place}`, bin);
    }
  const rows = [...bins.values()].sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  return { total: count, collections, bins: { unit: 'day', rows }, packed: encoder.finish() };
}

const countOf = (total: number) => ({ total, shown: total });

/** A page with nothing but what was ingested, to be opened there and nowhere else; by the code that `npm run build` made. */
export function writeIngestedPage(ingested: ViewIngested): string {
  const document: ViewDocument = {
    name: 'alps',
    compiler: '0.1.0',
    made: '2026-11-23T20:00:00.000Z',
    spec: { path: 'platform.yaml', lines: [] },
    gone: [],
    environments: [
      {
        ...({ artifacts: { files: [] }, changes: { kind: 'none' } } as unknown as ViewDocument['environments'][number]),
        name: 'default',
        prefix: 'alps',
        project: 'acme-earth',
        region: 'europe-west1',
        ingested,
      },
    ],
  };
  const read = (name: string) => readFileSync(join(projectRoot, 'dist/view', name), 'utf8');
  const file = join(makeTemporaryFolder('view'), 'view.html');
  writeFileSync(file, renderPage(document, { script: read('page.js'), style: read('page.css') }));
  return file;
}

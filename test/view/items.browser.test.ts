import { beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { ViewBins, ViewIngested } from '../../src/view/ingested.ts';
import { useBrowser, waitUntil } from '../support/browser.ts';
import { generateItems, writeIngestedPage } from '../support/generated-view.ts';
import { describeWith } from '../support/needs.ts';

const place = 'PGSTAC_DSN (database pgstac at db.example.org:5432 as ana)';
const commands = { ingest: 'platform ingest', status: 'platform ingest status' };
const read = { kind: 'read', place, lacking: null, runs: [], hasMoreRuns: false, quarantine: [], commands } as const;

describeWith(['chromium'], 'fifty thousand footprints in a browser', () => {
  const browser = useBrowser();
  const items = generateItems(50_000, ['sentinel-2-l2a', 'landsat-8-c2-l2', 'sentinel-1-grd', 'naip']);
  const sumBins = (isMeant: (row: ViewBins['rows'][number]) => boolean) =>
    items.bins.rows.filter(isMeant).reduce((sum, row) => sum + row[2], 0);
  let file: string;
  beforeAll(() => {
    file = writeIngestedPage({ ...read, items } satisfies ViewIngested);
  });
  const open = async (options: Parameters<typeof browser.open>[1] = {}) => {
    const opened = await browser.open(file, { ...options, hash: 'default/items' });
    await drawn(opened.page);
    return opened;
  };

  test('are all drawn, listed and counted', async () => {
    const { page, troubles, capture } = await open();
    expect(await drawn(page)).toBeGreaterThanOrEqual(50_000);
    expect(await page.locator('.summary').textContent()).toBe('50,000 of 50,000 items');
    expect(await page.locator('caption').textContent()).toBe('50,000 drawn in view; the first 200');
    await capture('items-50000-light');
    expect(troubles).toEqual([]);
  });

  test('are narrowed at once by the keyboard, the mouse and the legend, and their counts are true', async () => {
    const { page, troubles } = await open();
    const from = page.getByRole('slider', { name: 'From' });
    await from.focus();
    for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press('PageUp');
    const begin = Date.parse((await from.getAttribute('aria-valuetext')) ?? '');
    const later = sumBins(([start]) => start >= begin);
    expect(later).toBeLessThan(40_000);
    expect(await countOf(page)).toBe(later);
    await waitUntil(async () => (await drawn(page)) < 45_000);
    await page.getByRole('checkbox', { name: /naip/ }).click();
    expect(await countOf(page)).toBe(sumBins(([start, collection]) => start >= begin && collection !== 3));
    await page.getByRole('checkbox', { name: /naip/ }).press('Space');
    await page.getByRole('button', { name: 'All times' }).click();
    expect(await countOf(page)).toBe(50_000);
    const plot = await page.locator('.plot svg').boundingBox();
    if (plot === null) throw new Error('no histogram');
    await page.mouse.move(plot.x + plot.width * 0.25, plot.y + 50);
    await page.mouse.down();
    await page.mouse.move(plot.x + plot.width * 0.5, plot.y + 50, { steps: 5 });
    await page.mouse.up();
    const ends = await page
      .getByRole('slider')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-valuetext')));
    const [first = 0, last = 0] = ends.map((text) => Date.parse(text ?? ''));
    expect(last - first).toBeGreaterThan(150 * 86_400_000);
    expect(await countOf(page)).toBe(sumBins(([start]) => start >= first && start < last));
    expect(troubles).toEqual([]);
  });

  test('are found by a click, by the keys of the map, and by the list', async () => {
    const { page, troubles, capture } = await open();
    const map = page.locator('canvas');
    await map.focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('+');
    await waitUntil(async () => (await drawn(page)) < 50_000);
    expect(await page.locator('caption').textContent()).not.toContain('50,000 drawn');
    await page.keyboard.press('0');
    const row = page.getByRole('button', { name: 'landsat-8-c2-l2_000000_T32TLR' });
    await page.getByRole('checkbox', { name: /sentinel-2/ }).click();
    await row.focus();
    await page.keyboard.press('Enter');
    const details = page.getByRole('region', { name: 'Chosen item' });
    expect(await details.locator('h3').textContent()).toBe('landsat-8-c2-l2_000000_T32TLR');
    const [west = 0, south = 0] = ((await details.locator('dd').last().textContent()) ?? '').split(', ').map(Number);
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Fit' }).click();
    const box = await map.boundingBox();
    if (box === null) throw new Error('no map');
    // The whole world fits, at the scale that camera.ts leaves around it.
    const scale = Math.min(box.width / 360, box.height / 180) * 0.92;
    await page.mouse.click(
      box.x + box.width / 2 + (west + 0.6) * scale,
      box.y + box.height / 2 - (south + 0.5) * scale,
    );
    const found: (string | null)[] = [];
    const next = details.getByRole('button');
    for (let turn = 0; turn < 100; turn += 1) {
      found.push(await details.locator('h3').textContent());
      if ((await next.count()) === 0 || (turn > 0 && found.at(-1) === found[0])) break;
      await next.click();
    }
    expect(found).toContain('landsat-8-c2-l2_000000_T32TLR');
    await capture('items-chosen');
    expect(troubles).toEqual([]);
  });

  test('in the dark, and on a telephone', async () => {
    const dark = await open({ theme: 'dark' });
    await dark.capture('items-50000-dark');
    const small = await open({ width: 360, height: 740, hasTouch: true });
    await small.capture('items-50000-360px');
    expect(await small.page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    expect([...dark.troubles, ...small.troubles]).toEqual([]);
  });

  test('move within a frame or two: as measured', async () => {
    const { page } = await open();
    const figures = await page.evaluate(`(async () => {
      const canvas = document.querySelector('canvas');
      const frames = async (act) => {
        const times = [];
        for (let n = 0; n < 40; n += 1) {
          const begun = performance.now();
          act(n);
          await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          times.push(performance.now() - begun);
        }
        return times.sort((a, b) => a - b)[20].toFixed(0);
      };
      const key = (target, key) => target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      const slider = document.querySelector('[aria-label="From"]');
      return {
        pan: await frames((n) => key(canvas, n % 2 ? 'ArrowLeft' : 'ArrowRight')),
        brush: await frames((n) => key(slider, n % 2 ? 'ArrowLeft' : 'ArrowRight')),
        zoomed: (key(canvas, '+'), key(canvas, '+'), key(canvas, '+'), await frames((n) => key(canvas, n % 2 ? 'ArrowLeft' : 'ArrowRight'))),
      };
    })()`);
    const started = performance.now();
    await open();
    process.stderr.write(
      `50,000 footprints, median ms of two frames: ${JSON.stringify(figures)}; opened in ${(performance.now() - started).toFixed(0)} ms\n`,
    );
  });
});

/** Footprints on the map, once it is drawn. */
async function drawn(page: Page): Promise<number> {
  await page.locator('canvas[data-drawn]').waitFor();
  return Number(await page.locator('canvas').getAttribute('data-drawn'));
}

/** What the summary says. */
async function countOf(page: Page): Promise<number> {
  return Number((await page.locator('.summary strong').textContent())?.replaceAll(',', ''));
}

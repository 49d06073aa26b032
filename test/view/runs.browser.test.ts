import { expect, test } from '@jest/globals';
import type { ViewCounts, ViewIngested, ViewRun } from '../../src/view/ingested.ts';
import { useBrowser } from '../support/browser.ts';
import { firstDay, generateItems, writeIngestedPage } from '../support/generated-view.ts';
import { describeWith } from '../support/needs.ts';

const hostile = `</script><img src="https://example.org/x" onerror="throw 1">'\`\u202e\u0000${'long '.repeat(2_000)}`;
const counts: ViewCounts = {
  read: 1250,
  inserted: 900,
  updated: 40,
  unchanged: 300,
  ignored: 0,
  duplicates: 2,
  quarantined: 8,
  deleted: 5,
};
const none: ViewCounts = {
  read: 0,
  inserted: 0,
  updated: 0,
  unchanged: 0,
  ignored: 0,
  duplicates: 0,
  quarantined: 0,
  deleted: 0,
};
const shard = {
  shard: 1,
  state: 'done',
  counts,
  itemsPerSecond: 812.4,
  lastWord: firstDay + 60_000,
  holder: 'pod-7, process 12',
} as const;
const run: ViewRun = {
  run: '018f0000-0000-7000-8000-000000000001',
  pipeline: 'sentinel2',
  reads: 'source',
  state: 'done',
  planned: firstDay,
  finished: firstDay + 61_000,
  counts,
  shards: [shard],
  next: null,
};
const left: ViewRun = {
  ...run,
  run: '018f0000-0000-7000-8000-000000000002',
  pipeline: hostile,
  state: 'abandoned',
  finished: null,
  shards: [shard, { ...shard, shard: 2, state: 'abandoned', counts: none, itemsPerSecond: null, lastWord: null }],
  next: 'platform ingest landsat --run 018f0000-0000-7000-8000-000000000002',
};
const full: ViewIngested = {
  kind: 'read',
  place: hostile,
  lacking: null,
  items: generateItems(20, [hostile, 'landsat']),
  runs: [left, run],
  hasMoreRuns: true,
  quarantine: [
    {
      pipeline: 'sentinel2',
      reason: 'badGeometry',
      items: 8,
      first: firstDay,
      last: firstDay + 3_600_000,
      retry: 'platform ingest retry sentinel2 --reason badGeometry',
      examples: [{ item: hostile, collection: hostile, source: hostile, message: hostile, since: firstDay }],
    },
  ],
  commands: { ingest: 'platform ingest --env dev', status: 'platform ingest status --env dev' },
};

describeWith(['chromium'], 'runs and quarantine in a browser', () => {
  const browser = useBrowser();
  const openAt = async (ingested: ViewIngested, section: string, options = {}) => {
    const opened = await browser.open(writeIngestedPage(ingested), { ...options, hash: `default/${section}` });
    return opened;
  };

  test('say in words how far each run is, and what to type', async () => {
    const { page, troubles, capture } = await openAt(full, 'runs');
    expect(await page.locator('.figures > tbody > tr:first-child > td:nth-child(2)').allTextContents()).toEqual([
      'abandoned',
      'done',
    ]);
    await page.locator('summary').first().click();
    expect(await page.locator('.more').first().textContent()).toContain(`To go on: ${left.next}`);
    const numbers = await page.locator('.figures > tbody:nth-of-type(2) > tr:first-child > td').allTextContents();
    expect(numbers).toEqual(['done', '2023-01-01', '1 min 1 s', '940', '300', '8', '20', '1,250']);
    await page.locator('.reason summary').click();
    expect(await page.locator('.reason').textContent()).toContain(
      'platform ingest retry sentinel2 --reason badGeometry',
    );
    await capture('runs-light');
    expect(troubles).toEqual([]);
  });

  test.each(['items', 'runs'])('are unharmed by hostile texts: %s', async (section) => {
    for (const options of [{ theme: 'dark' }, { width: 360 }]) {
      const { page, troubles, capture } = await openAt(full, section, options);
      for (const summary of await page.locator('summary').all()) await summary.click();
      expect(await page.locator('main').textContent()).toContain('</script><img src=');
      expect(await page.locator('main img, main script').count()).toBe(0);
      if ('width' in options) expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
      await capture(`${section}-hostile-${'width' in options ? '360px' : 'dark'}`);
      expect(troubles).toEqual([]);
    }
  });

  test('teach what to type where there is nothing yet', async () => {
    const empty: ViewIngested = {
      ...full,
      items: generateItems(0, ['scenes']),
      runs: [],
      hasMoreRuns: false,
      quarantine: [],
    };
    const { page, troubles } = await openAt(empty, 'items');
    expect(await page.locator('main code').allTextContents()).toEqual(['platform ingest --env dev']);
    await page.evaluate(`location.hash = '#default/runs'`);
    await page.getByText('No run yet').waitFor();
    expect(await page.locator('main').textContent()).toContain('Nothing is in quarantine');
    const unread: ViewIngested = {
      kind: 'unread',
      reason: 'there is no embedded database in x yet',
      hint: 'run `platform db init`',
    };
    const other = await openAt(unread, 'items');
    expect(await other.page.locator('.empty').textContent()).toContain('there is no embedded database in x yet.');
    expect(await other.page.locator('.empty code').textContent()).toBe('platform db init');
    expect([...troubles, ...other.troubles]).toEqual([]);
  });
});

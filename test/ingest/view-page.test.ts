import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { useBrowser, waitUntil } from '../support/browser.ts';
import { runCli } from '../support/cli.ts';
import { describeWith } from '../support/needs.ts';
import { projectRoot, sharedRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import type { Databases } from './support/databases.ts';
import { loadText, rowsOf } from './support/load.ts';
import { useServer } from './support/server.ts';

const spec = `apiVersion: platform/v1
name: ingest-tests
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: { tier: db-custom-1-3840 } }
databases: { ingest: {}, pgstac: { pgstac: 0.9.11 } }
pipelines:
  scenes: { source: { files: [items/*] } }
`;

describeWith(['postgres15', 'python', 'chromium', 'sharedData'], 'a page of real items', () => {
  const suite = useServer(['0.9.11']);
  const browser = useBrowser();

  test('of the sample project: what is brushed is what SQL counts', async () => {
    const databases = await suite.make();
    await loadFolder(databases, join(projectRoot, 'spec/items'));
    const { page, troubles, capture } = await openItems();
    expect(await countOf(page)).toBe(290);
    await page.locator('canvas[data-drawn="290"]').waitFor();
    await capture('items-sample');
    for (const [name, key] of [
      ['From', 'PageUp'],
      ['Until', 'PageDown'],
    ] as const) {
      await page.getByRole('slider', { name }).focus();
      for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press(key);
    }
    const ends = await page
      .getByRole('slider')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-valuetext')));
    const [truth] = await rowsOf<{ items: number }>(
      databases.pgstac,
      `SELECT count(*)::int AS items FROM pgstac.items WHERE datetime >= '${ends[0]}Z'::timestamptz AND datetime < '${ends[1]}Z'::timestamptz`,
    );
    expect(truth?.items).toBeGreaterThan(20);
    expect(truth?.items).toBeLessThan(270);
    expect(await countOf(page)).toBe(truth?.items);
    await page.locator(`canvas[data-drawn="${truth?.items}"]`).waitFor();
    await capture('items-sample-brushed');
    expect(troubles).toEqual([]);
  });

  test('of several collections, some across the antimeridian', async () => {
    const databases = await suite.make();
    const names = ['landsat-8-c2-l2', 'sentinel-2-l2a', 'sentinel-2-l2a-safe'];
    for (const name of names) await loadFolder(databases, join(sharedRoot, 'data', name));
    const { page, troubles, capture } = await openItems();
    const truth = await rowsOf<{ line: string }>(
      databases.pgstac,
      `SELECT collection || count(*) AS line FROM pgstac.items GROUP BY collection ORDER BY collection COLLATE "C"`,
    );
    expect(await page.locator('.legend label').allTextContents()).toEqual(truth.map(({ line }) => line));
    // The Sentinel-2 items of the safe folder only: those across the antimeridian are drawn on both sides of it.
    await page.getByRole('checkbox', { name: /landsat/ }).click();
    await waitUntil(async () => Number(await page.locator('canvas').getAttribute('data-drawn')) < 250);
    await capture('items-shared');
    await page.evaluate(`location.hash = '#default/runs'`);
    expect(await page.locator('.figures > tbody').count()).toBe(names.length);
    await capture('runs-shared');
    expect(troubles).toEqual([]);
  });

  async function loadFolder(databases: Databases, folder: string): Promise<void> {
    const read = (file: string) => readFileSync(join(folder, file), 'utf8');
    await loadText(databases, read('items.ndjson'), { collection: JSON.parse(read('collection.json')) as object });
  }

  async function openItems() {
    const cwd = makeTemporaryFolder('view');
    mkdirSync(join(cwd, 'spec'));
    writeFileSync(join(cwd, 'spec/platform.yaml'), spec);
    const env = { PGSTAC_DSN: suite.server.dsn(suite.name), INGEST_DB_DSN: suite.server.dsn(suite.name) };
    const { code, stderr } = await runCli(['view', '--out', 'page.html'], { cwd, env });
    if (code !== 0) throw new Error(stderr);
    const opened = await browser.open(join(cwd, 'page.html'));
    await opened.page.evaluate(`location.hash = '#default/items'`);
    await opened.page.locator('canvas[data-drawn]').waitFor();
    return opened;
  }
});

async function countOf(page: Page): Promise<number> {
  return Number((await page.locator('.summary strong').textContent())?.replaceAll(',', ''));
}

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import type { Locator } from 'playwright-core';
import { type PageOptions, useBrowser, waitUntil } from '../support/browser.ts';
import { runCli } from '../support/cli.ts';
import { describeWith } from '../support/needs.ts';
import { projectRoot } from '../support/root.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { writePage } from '../support/view.ts';

describeWith(['chromium'], 'the page of platform view', () => {
  const browser = useBrowser();
  let file: string;

  beforeAll(async () => {
    const cwd = makeTemporaryFolder('view');
    const spec = join(cwd, 'platform.yaml');
    cpSync(join(projectRoot, 'examples/01-cloud-sql/platform.yaml'), spec);
    await runCli(['compile'], { cwd });
    const changed = readFileSync(spec, 'utf8')
      .replace('tier: db-custom-4-16384', 'tier: db-custom-8-32768')
      .replaceAll('europe-west1', 'europe-west4')
      .replace('sizeGb: 200', 'sizeGb: 300');
    writeFileSync(spec, changed);
    file = (await writePage(cwd)).file;
  });

  const openAt = (place: string, options: PageOptions = {}) => browser.open(file, { ...options, hash: place });
  /** The page shows what was chosen a moment after it was. */
  const untilSaid = (place: Locator, text: string) => place.filter({ hasText: text }).first().waitFor();

  test('marks the lines of the spec that made a line of a file, and the other way round', async () => {
    const { page, troubles } = await openAt('prod/artifacts');
    await page.getByRole('searchbox').fill('instance');
    await page.getByRole('button', { name: /instance\.tf/ }).click();
    const own = page.getByRole('listbox', { name: 'Lines of terraform/instance.tf' });
    const spec = page.getByRole('listbox', { name: 'Lines of platform.yaml' });
    await own.getByRole('option').filter({ hasText: 'db-custom-8-32768' }).click();
    await untilSaid(spec.locator('.marked'), 'tier: db-custom-8');
    await untilSaid(page.getByRole('region', { name: 'Why' }), 'hosting.cloudSql.tier');
    // From the keyboard: the line above is the name of what is next to it in the spec.
    await spec.focus();
    const line = await spec.locator('.marked').first().getAttribute('data-line');
    expect(line).not.toBeNull();
    let chosen: string | null = null;
    for (let presses = 0; presses < 60 && chosen !== line; presses++) {
      const before = chosen;
      await page.keyboard.press('ArrowDown');
      await waitUntil(async () => {
        chosen = await spec.evaluate((list) => list.querySelector('.chosen')?.getAttribute('data-line') ?? null);
        return chosen !== before;
      });
    }
    expect(chosen).toBe(line);
    await untilSaid(own.locator('.marked'), 'db-custom-8-32768');
    expect(troubles).toEqual([]);
  });

  test('draws who reaches what, no text beyond its place, and shows the facts of a box', async () => {
    const { page, troubles, capture } = await openAt('prod/architecture', { width: 1440 });
    await page.getByRole('heading', { name: 'Architecture' }).waitFor();
    expect(await page.locator('.node').count()).toBeGreaterThan(10);
    const late = await page.evaluate(`
      [...document.querySelectorAll('.node')].flatMap((node) => {
        const box = node.querySelector('rect').getBBox();
        return [...node.querySelectorAll('text')].map((text) => text.getBBox())
          .filter(({ x, width }) => x < box.x || x + width > box.x + box.width);
      })`);
    expect(late).toEqual([]);
    await page.getByRole('link', { name: 'alps-prod-stac-api: Auth Proxy in its pods' }).focus();
    await page.keyboard.press('Enter');
    const facts = page.getByRole('region', { name: 'What is chosen' });
    await untilSaid(facts, 'alps-prod-stac-api@acme-earth.iam.gserviceaccount.com');
    await untilSaid(facts, 'access.workloads.stac-api');
    await capture('architecture-chosen');
    expect(troubles).toEqual([]);
  });

  test('shows what changes, and narrows it by impact', async () => {
    const { page, troubles } = await openAt('prod/changes');
    const items = page.locator('.changes > li');
    const all = await items.count();
    expect(all).toBeGreaterThan(2);
    await expect(items.first().getByRole('heading').textContent()).resolves.toMatch(/replace|refused|destroy/);
    await page.getByRole('checkbox', { name: /replace/ }).uncheck();
    await waitUntil(async () => (await items.count()) < all);
    expect(troubles).toEqual([]);
  });

  test('changes its environment and its colours from the keyboard', async () => {
    const { page, troubles } = await browser.open(file);
    await page.getByLabel('Environment').selectOption('prod');
    await waitUntil(async () => page.url().includes('#prod/'));
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await page.getByLabel('Colours').selectOption('dark');
    await waitUntil(async () => (await ground()) !== light);
    await page.reload();
    await waitUntil(async () => (await ground()) !== light);
    expect(troubles).toEqual([]);
  });

  test.each(['architecture', 'artifacts', 'changes', 'costs'])(
    '%s fits a desk and a hand, light and dark',
    async (section) => {
      for (const theme of ['light', 'dark'] as const)
        for (const [width, height] of [
          [1440, 900],
          [360, 800],
        ] as const) {
          const { page, troubles, capture } = await openAt(`prod/${section}`, { width, height, theme });
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
          await capture(`${section}-${width}-${theme}`);
          expect(troubles).toEqual([]);
        }
    },
  );
});

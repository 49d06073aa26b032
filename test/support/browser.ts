import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findProgram } from './programs.ts';
import { projectRoot } from './root.ts';

/** Where screenshots go, for people: git ignores it, and nothing is compared with what lies there. */
export const screenshotFolder = join(projectRoot, 'test-results/screenshots');

export interface PageOptions {
  /** In CSS pixels; 1280 × 900 unless said otherwise. */
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
  readonly hasTouch?: boolean;
  /** What the address says after its `#`. */
  readonly hash?: string;
}

export interface OpenedPage {
  readonly page: Page;
  /** What no page of ours may do, in the order in which it did: errors, warnings, and requests for anything but itself. */
  readonly troubles: readonly string[];
  /** The whole page as `test-results/screenshots/NAME.png`. */
  capture(name: string): Promise<void>;
}

export interface SuiteBrowser {
  /** Opens a file from disk, in a profile of its own that is gone after the test. */
  open(file: string, options?: PageOptions): Promise<OpenedPage>;
}

/** A real Chromium for a suite that needs `chromium`: started before its tests, ended after them, whatever they did. */
export function useBrowser(): SuiteBrowser {
  let browser: Browser | undefined;
  const contexts: BrowserContext[] = [];
  beforeAll(async () => {
    browser = await launch();
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });
  afterAll(() => browser?.close());
  return {
    async open(file, { width = 1280, height = 900, theme = 'light', hasTouch = false, hash = '' } = {}) {
      if (browser === undefined) throw new Error('the browser starts with the suite: open pages in its tests');
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: theme,
        hasTouch,
        locale: 'en-GB',
        timezoneId: 'Europe/Zurich',
      });
      contexts.push(context);
      return await openFile(await context.newPage(), pathToFileURL(file).href, hash);
    },
  };
}

async function launch(): Promise<Browser> {
  const executablePath = findProgram('chromium');
  if (executablePath === null) throw new Error("no chromium: the suite has to name the need 'chromium'");
  return await chromium.launch({
    executablePath,
    // As root, which tests in a container are, Chromium has no sandbox; what it opens here is our own.
    chromiumSandbox: false,
    args: ['--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

async function openFile(page: Page, url: string, hash: string): Promise<OpenedPage> {
  const troubles: string[] = [];
  page.on('console', (message) => {
    const type = message.type();
    if (type === 'error' || type === 'warning') troubles.push(`console ${type}: ${message.text()}`);
  });
  page.on('pageerror', (error) => void troubles.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== url) troubles.push(`request: ${request.url().slice(0, 200)}`);
  });
  await page.goto(`${url}#${hash}`);
  return {
    page,
    troubles,
    async capture(name) {
      mkdirSync(screenshotFolder, { recursive: true });
      await page.screenshot({ path: join(screenshotFolder, `${name}.png`), fullPage: true });
    },
  };
}

/** Waits until a page is as it should be: asked from here, since a page of ours has no `eval` to ask itself with. */
export async function waitUntil(isSo: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await isSo()); waited += 20) {
    if (waited > 30_000) throw new Error(`never came true: ${isSo}`);
    await sleep(20);
  }
}

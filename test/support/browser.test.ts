import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { screenshotFolder, useBrowser } from './browser.ts';
import { describeWith } from './needs.ts';
import { makeTemporaryFolder } from './temporary.ts';

function writePage(script: string): string {
  const file = join(makeTemporaryFolder('browser'), 'a page #1.html');
  writeFileSync(
    file,
    `<!doctype html><html lang="en"><title>A page</title><h1>Here</h1><script>${script}</script></html>`,
  );
  return file;
}

describeWith(['chromium'], 'a page in a real browser', () => {
  const browser = useBrowser();

  test('is opened from disk, in the theme and width that are asked for', async () => {
    const { page, troubles } = await browser.open(writePage(''), { theme: 'dark', width: 360 });
    expect(await page.locator('h1').textContent()).toBe('Here');
    expect(await page.evaluate('[matchMedia("(prefers-color-scheme: dark)").matches, innerWidth]')).toEqual([
      true,
      360,
    ]);
    expect(troubles).toEqual([]);
  });

  test('tells of every error, warning and request', async () => {
    const { page, troubles } = await browser.open(
      writePage(`
        console.log('no trouble'); console.warn('careful'); console.error('wrong');
        setTimeout(() => { throw new Error('a bug'); });
        const image = new Image();
        image.onerror = () => { document.title = 'asked'; };
        image.src = 'other.png';
      `),
    );
    await page.waitForFunction('document.title === "asked"');
    expect([...troubles].sort()).toEqual([
      expect.stringMatching(/^console error: Failed to load resource/),
      'console error: wrong',
      'console warning: careful',
      'error: a bug',
      expect.stringMatching(/^request: file:.*other\.png$/),
    ]);
  });

  test('has its picture taken, for people', async () => {
    const { capture } = await browser.open(writePage(''));
    const picture = join(screenshotFolder, 'browser.png');
    rmSync(picture, { force: true });
    await capture('browser');
    expect([...readFileSync(picture).subarray(1, 4)].map((byte) => String.fromCharCode(byte)).join('')).toBe('PNG');
    rmSync(picture);
  });
});

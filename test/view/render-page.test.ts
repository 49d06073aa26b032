import { hash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { ViewDocument } from '../../src/view/document.ts';
import { renderPage } from '../../src/view/render-page.ts';

const empty: ViewDocument = {
  name: 'alps',
  compiler: '0.1.0',
  made: '2026-11-23T20:00:00.000Z',
  spec: { path: 'platform.yaml', lines: [] },
  environments: [],
  gone: [],
};
const code = { script: 'document.title;', style: 'body { margin: 0 }' };

/** What stands between the data's own tags. */
function readData(page: string): unknown {
  const found = /<script type="application\/json" id="document">(.*?)<\/script>/s.exec(page);
  return JSON.parse(found?.[1] ?? '');
}

test('a page holds its data as it is, whatever is in it', () => {
  const name = `</script><script>alert(1)</script><!--"'\u2028\u202e&amp;${'x'.repeat(10_000)}`;
  const page = renderPage({ ...empty, name }, code);
  expect(readData(page)).toEqual({ ...empty, name });
  expect(page.match(/<script/g)).toHaveLength(2);
  expect(page).not.toContain('<!--');
});

test('its policy allows this script and this style, and no request', () => {
  const page = renderPage(empty, code);
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1];
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain(`script-src 'sha256-${hash('sha256', code.script, 'base64')}'`);
  expect(policy).toContain(`style-src 'sha256-${hash('sha256', code.style, 'base64')}'`);
  expect(policy).not.toContain('unsafe');
  expect(policy).not.toContain('http');
});

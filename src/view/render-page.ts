import { hash } from 'node:crypto';
import type { ViewDocument } from './document.ts';

/** What `npm run build` made of src/page. */
export interface PageCode {
  readonly script: string;
  readonly style: string;
}

/**
 * One HTML file that needs nothing else. Its policy lets only this script and this style run, by their hashes, and
 * nothing be fetched: whatever a value in the data does, no request leaves the page.
 */
export function renderPage(document: ViewDocument, { script, style }: PageCode): string {
  const policy = [
    "default-src 'none'",
    `script-src ${hashSource(script)}`,
    `style-src ${hashSource(style)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeText(document.name)} \u00b7 platform view</title>
<style>${style}</style>
</head>
<body>
<noscript>This page shows ${escapeText(document.name)} with JavaScript, which is switched off here.</noscript>
<div id="page"></div>
<script type="application/json" id="document">${formatData(document)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON that cannot end the element it stands in: `</script>` and `<!--` both begin with what is escaped. */
function formatData(document: ViewDocument): string {
  return JSON.stringify(document).replaceAll('<', '\\u003c');
}

function hashSource(text: string): string {
  return `'sha256-${hash('sha256', text, 'base64')}'`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

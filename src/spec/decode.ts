import type { Outcome } from '../diagnostic/diagnostic.ts';

/**
 * A spec's bytes → its text, without a byte order mark, and with LF at the end of lines: artifacts carry the text, and
 * git on Windows checks it out with CRLF. The first byte that is not UTF-8 is a mistake with a place.
 */
export function decodeSpec(bytes: Uint8Array, path: string): Outcome<string> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { ok: true, value: text.replaceAll('\r\n', '\n'), warnings: [] };
  } catch {
    const lines = new TextDecoder('utf-8').decode(bytes).split('\n');
    const line = lines.findIndex((text) => text.includes('\ufffd'));
    const column = (lines[line] ?? '').indexOf('\ufffd') + 1;
    const range = { start: { line: line + 1, column }, end: { line: line + 1, column: column + 1 } };
    const message = 'a byte that is not UTF-8';
    return {
      ok: false,
      diagnostics: [{ code: 'PF001', severity: 'error', message, hint: 'save the spec as UTF-8', file: path, range }],
    };
  }
}

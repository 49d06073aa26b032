/** One character as a reader sees it: what is printed for it, and how many columns of a terminal that takes. */
export interface Cell {
  readonly text: string;
  readonly columns: number;
  /** Where it starts in its line, in UTF-16 units from 0. */
  readonly at: number;
}

/** Made with the first line that is shown: it takes 8 ms, and most compiles show none. */
let graphemes: Intl.Segmenter | undefined;
const tab = '    ';
/** Wide in UAX #11 (East Asian Width), as far as Unicode's scripts say it; halfwidth forms are not. */
const wide =
  /^(?![\uff61-\uffdc])[\p{Emoji_Presentation}\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}\p{sc=Yi}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;
const emojiByVariant = /^\p{Emoji}\ufe0f/u;

/** A line as cells. A tab is four columns wherever it stands, so that a caret is right on every terminal. */
export function toCells(line: string): readonly Cell[] {
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return Array.from(graphemes.segment(line), ({ segment, index }) => ({ ...showGrapheme(segment), at: index }));
}

/** What would move the cursor, colour the terminal or turn the text around is shown instead of sent. */
function showGrapheme(text: string): { readonly text: string; readonly columns: number } {
  if (text === '\t') return { text: tab, columns: tab.length };
  const code = text.codePointAt(0) ?? 0;
  if (code < 0x20) return { text: String.fromCodePoint(0x2400 + code), columns: 1 };
  if (/^[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)) return { text: '\ufffd', columns: 1 };
  if (/^\p{M}/u.test(text)) return { text, columns: 0 };
  return { text, columns: wide.test(text) || emojiByVariant.test(text) ? 2 : 1 };
}

/** More words than a message has; what is longer repeats a long value of the user's. */
const mostLetters = 400;

/** A message or hint, cut where it is too long to be read. */
export function shorten(words: string): string {
  return words.length > mostLetters ? `${words.slice(0, mostLetters - 1)}…` : words;
}

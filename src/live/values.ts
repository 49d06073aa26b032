/** A value that the API wraps, so that one that is not there differs from 0 and false. */
interface Wrapped {
  readonly value?: unknown;
}

/** A wrapped boolean; null where the API says nothing. */
export function readFlag(wrapped: Wrapped | null | undefined): boolean | null {
  return typeof wrapped?.value === 'boolean' ? wrapped.value : null;
}

/** A wrapped number, of 32 or 64 bits; null where the API says nothing. */
export function readNumber(wrapped: Wrapped | null | undefined): number | null {
  return wrapped?.value === undefined || wrapped.value === null ? null : Number(String(wrapped.value));
}

/** A text; null for an empty one, which is how the client decodes one that is not there. */
export function readText(text: string | null | undefined): string | null {
  return text === undefined || text === null || text === '' ? null : text;
}

/** Seconds since 1970 or of a duration; null where the API says nothing. */
export function readSeconds(time: { readonly seconds?: unknown } | null | undefined): number | null {
  return time?.seconds === undefined || time.seconds === null ? null : Number(String(time.seconds));
}

/**
 * The model's word for one of the API's; null where the API says nothing. A word that the model has none for stays as
 * it is: diff shows it, and a spec could not say it.
 */
export function readWord(words: Readonly<Record<string, string>>, value: unknown): string | null {
  if (value === undefined || value === null || String(value).endsWith('_UNSPECIFIED')) return null;
  return words[String(value)] ?? String(value);
}

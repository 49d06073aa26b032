/** Keys whose value is a secret whatever it looks like. */
export const secretKey =
  /^(.*[_-])?(password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials)$/i;

/** Texts that are a secret wherever they stand. */
export const secretShapes: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  // One slash is enough: that is what is left of a URL that was taken for a path.
  { what: 'a URL with a password', pattern: /\b[a-z][a-z0-9+.-]*:\/{1,2}[^/\s:@]*:[^/\s@]+@/i },
  {
    what: 'a URL with a key in its query',
    pattern: /[?&](?:[\w.]*[_-])?(?:token|key|apikey|sig|signature|secret|password|credential)=[^&#\s]+/i,
  },
  { what: 'a connection string with a password', pattern: /\bpassword\s*=\s*\S+/i },
  { what: 'a private key', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----.*/s },
  { what: 'a Google API key', pattern: /\bAIza[0-9A-Za-z_-]{35}\b/ },
  { what: 'a Google OAuth token', pattern: /\bya29\.[0-9A-Za-z_-]{20,}/ },
  { what: 'a GitHub token', pattern: /\bgh[pousr]_[0-9A-Za-z]{36,}\b/ },
  { what: 'an AWS access key', pattern: /\b(AKIA|ASIA)[0-9A-Z]{16}\b/ },
];

/** A text with whatever has the shape of a secret replaced, character for character. */
export function maskShapes(text: string): string {
  let masked = text;
  for (const { pattern } of secretShapes) masked = masked.replace(new RegExp(pattern, `${pattern.flags}g`), hide);
  return masked;
}

/** A line of a spec with whatever looks like a secret in it replaced, column for column, so that carets still fit. */
export function maskSecrets(line: string): string {
  // The lookbehind keeps a long word from being tried at each of its letters.
  const pairs = /(?<head>(?<![\w-])["']?(?<key>[\w-]+)["']?\s*:\s*)(?<value>"[^"]*"?|'[^']*'?|[^\s{[,}#][^,}#]*)/g;
  return maskShapes(line).replace(pairs, (...found) => {
    const { head = '', key = '', value = '' } = found.at(-1) as Record<string, string>;
    return secretKey.test(key) ? head + hide(value) : head + value;
  });
}

function hide(text: string): string {
  return text.replace(/[^\n]/g, '*');
}

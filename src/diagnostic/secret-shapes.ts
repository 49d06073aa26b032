const secretWords =
  /(password|passwd|passphrase|(^|[_.-])(pwd|secret|token|(api|access|private|secret)[_-]?key|credentials?|authorization))$/;

/** Whether a key's value is a secret whatever it looks like: `password`, `DB_PASSWORD`, `adminToken`, `api-key`. */
export function isSecretKey(key: string): boolean {
  // Most keys end in no such word, whatever is before it.
  if (!/(?:word|wd|phrase|secret|token|key|credentials?|authorization)$/i.test(key)) return false;
  return secretWords.test(key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase());
}

export interface SecretShape {
  readonly what: string;
  /** Stands in every text that has the shape: looking for it costs nothing beside making the pattern's code. */
  readonly mark: string;
  readonly pattern: RegExp;
}

/** Tokens that carry their maker's mark, and private keys: secrets wherever they stand, comments among them. */
const marked: readonly SecretShape[] = [
  { what: 'a private key', mark: '-----BEGIN', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----.*/s },
  { what: 'a Google API key', mark: 'AIza', pattern: /\bAIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])/ },
  { what: 'a Google OAuth token', mark: 'ya29.', pattern: /\bya29\.[0-9A-Za-z_-]{20,}/ },
  { what: 'a Google OAuth client secret', mark: 'GOCSPX-', pattern: /\bGOCSPX-[0-9A-Za-z_-]{20,}/ },
  { what: 'a GitHub token', mark: '_', pattern: /\b(gh[pousr]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{40,})/ },
  { what: 'a GitLab token', mark: 'glpat-', pattern: /\bglpat-[0-9A-Za-z_-]{20,}/ },
  { what: 'a Slack token', mark: 'xox', pattern: /\bxox[abeoprs]-[0-9]+-[0-9A-Za-z-]{20,}/ },
  { what: 'an AWS access key', mark: 'IA', pattern: /\b(AKIA|ASIA)[0-9A-Z]{16}\b/ },
  {
    what: 'a JSON Web Token',
    mark: 'eyJ',
    pattern: /\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}/,
  },
];

/** Texts that are a secret where a value or a key stands. */
const secretShapes: readonly SecretShape[] = [
  // One slash is enough: that is what is left of a URL that was taken for a path.
  { what: 'a URL with a password', mark: '@', pattern: /\b[a-z][a-z0-9+.-]*:\/{1,2}[^/\s:@]*:[^/\s@]+@/i },
  {
    what: 'a database URL with a password',
    mark: '@',
    pattern: /\b(postgres(ql)?|mysql|mongodb|redis|amqps?):\/\/[^\s:@/]*:[^\s@]+@/i,
  },
  {
    what: 'a URL with a key in its query',
    mark: '=',
    pattern: /[?&](?:[\w.]*[_-])?(?:token|key|apikey|sig|signature|secret|password|credential)=[^&#\s]+/i,
  },
  { what: 'a connection string with a password', mark: '=', pattern: /\b(pg)?password\s*=\s*\S+/i },
  ...marked,
];

/** The first of the shapes that a text has, and where. */
export function matchShape(
  shapes: readonly SecretShape[],
  text: string,
): { readonly what: string; readonly match: RegExpExecArray } | null {
  for (const { what, mark, pattern } of shapes) {
    const match = text.includes(mark) ? pattern.exec(text) : null;
    if (match !== null) return { what, match };
  }
  return null;
}

/** What a text that has the shape of a secret is. `shapes` are those it can have: of `listShapes`, or all. */
export function findShape(text: string, shapes: readonly SecretShape[] = secretShapes): string | null {
  return matchShape(shapes, text)?.what ?? null;
}

/** The shapes that values and keys of a YAML text can have, none in most texts: their marks stand in it, or are escaped. */
export function listShapes(yaml: string): readonly SecretShape[] {
  return yaml.includes('\\') ? secretShapes : secretShapes.filter(({ mark }) => yaml.includes(mark));
}

/** As a comment may show how a password is given, only one that is no placeholder (`$VAR`, `<password>`, `***`, `…`) counts. */
export const commentShapes: readonly SecretShape[] = [
  {
    what: 'a URL with a password',
    mark: '@',
    pattern: /\b[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:(?![$<{[*….%]|x+@|pass(word)?@|pw@|secret@)[^/\s@]+@/i,
  },
  ...marked,
];

/** A text with whatever has the shape of a secret replaced, character for character. */
export function maskShapes(text: string): string {
  let masked = text;
  for (const { pattern } of secretShapes) masked = masked.replace(new RegExp(pattern, `${pattern.flags}g`), hide);
  return masked;
}

/** A line of a spec with whatever looks like a secret in it replaced, column for column, so that carets still fit. */
export function maskSecrets(line: string): string {
  // A line of a private key, whose first line alone says what it is.
  if (/^[\s#"'|>-]*[0-9A-Za-z+/]{60,76}={0,2}["']?$/.test(line) && !/[0-9a-f]{60}/.test(line)) return hide(line);
  // The lookbehind keeps a long word from being tried at each of its letters.
  const pairs = /(?<head>(?<![\w.-])["']?(?<key>[\w.-]+)["']?\s*:\s*)(?<value>"[^"]*"?|'[^']*'?|[^\s{[,}#][^,}#]*)/g;
  return maskShapes(line).replace(pairs, (...found) => {
    const { head = '', key = '', value = '' } = found.at(-1) as Record<string, string>;
    return isSecretKey(key) ? head + hide(value) : head + value;
  });
}

function hide(text: string): string {
  return text.replace(/[^\n]/g, '*');
}

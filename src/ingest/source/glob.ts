/** Whether a path of the spec names several files. */
export function isGlob(pattern: string): boolean {
  return /[*?[{]/.test(pattern);
}

/**
 * A glob as a regular expression over paths with `/`: `*` and `?` within a name, `**` over folders, `[a-z]`, `{a,b}`.
 * Names that start with a dot are only found where the pattern names the dot.
 */
export function compileGlob(pattern: string): RegExp {
  let source = '';
  let inBraces = false;
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] as string;
    const atNameStart = at === 0 || pattern[at - 1] === '/';
    const bracket = character === '[' ? /^\[[!^]?\]?[^\]/]*\]/.exec(pattern.slice(at)) : null;
    if (pattern.startsWith('**/', at) && atNameStart) {
      source += '(?:(?!\\.)[^/]+/)*';
      at += 2;
    } else if (character === '*') {
      source += `${atNameStart ? '(?!\\.)' : ''}[^/]*`;
    } else if (character === '?') {
      source += `${atNameStart ? '(?!\\.)' : ''}[^/]`;
    } else if (bracket !== null) {
      source += bracket[0].replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
      at += bracket[0].length - 1;
    } else if (character === '{' && pattern.includes('}', at)) {
      source += '(?:';
      inBraces = true;
    } else if (character === '}' && inBraces) {
      source += ')';
      inBraces = false;
    } else if (character === ',' && inBraces) {
      source += '|';
    } else {
      source += character.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    }
  }
  return new RegExp(`^${source}$`, 'u');
}

/** The folder below which every match is: the names before the first one with a wildcard. */
export function globFolder(pattern: string): string {
  const names = pattern.split('/');
  const wild = names.findIndex(isGlob);
  return names.slice(0, wild).join('/');
}

/** What git is not to keep of a project, and why. */
const blocks: readonly (readonly [why: string, lines: readonly string[]])[] = [
  ['The embedded databases of platform, and what its runs leave.', ['.platform/']],
  [
    "Terraform's own; its .terraform.lock.hcl is committed. State may hold secrets.",
    ['.terraform/', '*.tfstate', '*.tfstate.*'],
  ],
  ['What Python and Metaflow leave beside the generated files.', ['__pycache__/', '.pytest_cache/', '.metaflow/']],
];

/**
 * A `.gitignore` with all that a project needs: the lines of `old` (null where there is none) as they are, and after
 * them those that it lacks. The same text where it lacks none.
 */
export function extendGitignore(old: string | null): string {
  const known = new Set((old ?? '').split('\n').map(normalise));
  const missing = blocks
    .map(([why, lines]) => [why, lines.filter((line) => !known.has(normalise(line)))] as const)
    .filter(([, lines]) => lines.length > 0);
  if (missing.length === 0) return old ?? '';
  const added = missing.map(([why, lines]) => `# ${why}\n${lines.join('\n')}\n`).join('\n');
  if (old === null || old === '') return added;
  const eol = old.includes('\r\n') ? '\r\n' : '\n';
  return `${old}${old.endsWith('\n') ? '' : eol}${eol}${added.replaceAll('\n', eol)}`;
}

/** `/x`, `x` and `x/` ignore the same folder of a project's own. */
function normalise(line: string): string {
  return line.trim().replace(/^\//, '').replace(/\/$/, '');
}

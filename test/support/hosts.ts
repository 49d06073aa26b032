import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTemporaryFolder } from './temporary.ts';

/**
 * The command in a mount namespace of its own, whose /etc/hosts has these lines as well: `127.9.8.7 name`. The suite
 * needs `namespaces`.
 */
export function withHosts(lines: readonly string[], command: readonly string[]): readonly [string, readonly string[]] {
  const file = join(makeTemporaryFolder('hosts'), 'hosts');
  writeFileSync(file, `${readFileSync('/etc/hosts', 'utf8')}\n${lines.join('\n')}\n`);
  const script = 'mount --bind "$0" /etc/hosts && exec "$@"';
  return ['unshare', ['--mount', 'sh', '-c', script, file, ...command]];
}

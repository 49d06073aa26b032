import { spawn } from 'node:child_process';

/** What is waited for on the screen, and then typed: keys as a terminal sends them. */
export type Turn = readonly [shown: string, keys: string];

export const enter = '\r';
export const down = '\u001b[B';
export const interrupt = '\u0003';

export interface Typed {
  readonly code: number | null;
  readonly screen: string;
}

/**
 * Runs a program on a terminal of its own (util-linux' `script`) and answers each question once it stands there. Rejects
 * with all that was on the screen after 30 seconds.
 */
export function typeAnswers(
  command: string,
  turns: readonly Turn[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<Typed> {
  return new Promise((resolve, reject) => {
    const env = { ...options.env, TERM: 'xterm' };
    const child = spawn('script', ['-qfec', command, '/dev/null'], { cwd: options.cwd, env, stdio: 'pipe' });
    const left = [...turns];
    let screen = '';
    let seen = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      screen += text;
      const [shown, keys] = left[0] ?? [];
      const at = shown === undefined ? -1 : screen.indexOf(shown, seen);
      if (at === -1) return;
      seen = screen.length;
      left.shift();
      child.stdin.write(keys);
    });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${command}: did not end; not shown: ${left[0]?.[0]}\n${screen}`));
    }, 30_000);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, screen });
    });
  });
}

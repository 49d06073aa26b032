import { spawn } from 'node:child_process';

/** What a shell prints when it waits for a line; set as its prompt. */
const prompt = 'READY>';

/**
 * Types lines into an interactive shell on a terminal of its own (util-linux' `script`), each once the shell waits for
 * one, and waits for its end. A TAB in a line is a TAB. Rejects with all that was on the screen after 30 seconds.
 */
export function typeIntoShell(
  command: string,
  lines: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...options.env, TERM: 'xterm', PS1: prompt, PROMPT: prompt };
    const child = spawn('script', ['-qfec', command, '/dev/null'], { cwd: options.cwd, env, stdio: 'pipe' });
    const left = [...lines, 'exit'];
    let screen = '';
    let seen = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      screen += text;
      const at = screen.indexOf(prompt, seen);
      if (at === -1) return;
      seen = screen.length;
      const line = left.shift();
      if (line !== undefined) child.stdin.write(`${line}\r`);
    });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${command}: did not end\n${screen}`));
    }, 30_000);
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

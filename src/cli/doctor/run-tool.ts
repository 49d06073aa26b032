import { spawn } from 'node:child_process';
import type { Context } from '../context.ts';

/** How a program that was asked for its version ended. */
export type ToolAnswer =
  | { readonly kind: 'said'; readonly stdout: string }
  | { readonly kind: 'absent' }
  /** `reason`: its own last line, or the system's. */
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'silent'; readonly seconds: number };

export type RunTool = (program: string, args: readonly string[]) => Promise<ToolAnswer>;

/** A version is a line; a program that never stops talking is cut off here, in characters. */
const longestAnswer = 100_000;

/** Runs programs of the PATH, without input; one that takes longer than `milliseconds` is ended, with all it started. */
export function createRunTool({ env, cwd, signal }: Context, milliseconds: number): RunTool {
  return (program, args) =>
    new Promise((resolve) => {
      // A group of its own: a wrapper script that is killed alone leaves its program behind, which holds the pipe open.
      const isGrouped = process.platform !== 'win32';
      const child = spawn(program, [...args], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: isGrouped });
      let [stdout, stderr] = ['', ''];
      const end = (answer: ToolAnswer): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        resolve(answer);
      };
      const kill = (): void => {
        if (child.pid === undefined) return;
        try {
          process.kill(isGrouped ? -child.pid : child.pid, 'SIGKILL');
        } catch {
          // It has ended meanwhile.
        }
        child.stdout.destroy();
        child.stderr.destroy();
      };
      const giveUp = (): void => {
        kill();
        end({ kind: 'silent', seconds: milliseconds / 1000 });
      };
      const timer = setTimeout(giveUp, milliseconds);
      signal.addEventListener('abort', giveUp);
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
        if (stdout.length > longestAnswer) kill();
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr = (stderr + text).slice(-longestAnswer);
      });
      child.on('error', (error: NodeJS.ErrnoException) =>
        end(error.code === 'ENOENT' ? { kind: 'absent' } : { kind: 'failed', reason: error.message }),
      );
      child.on('close', (code) =>
        end(
          code === 0 ? { kind: 'said', stdout } : { kind: 'failed', reason: lastLine(stderr) || `exit code ${code}` },
        ),
      );
    });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim().slice(0, 200) ?? '';
}

import { spawn } from 'node:child_process';
import { constants } from 'node:os';

export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment; left out, this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Written to its stdin, which is then closed; left out, stdin is empty. */
  readonly input?: string;
  /** Milliseconds until it is killed and the call rejects; 120,000 unless told. */
  readonly timeout?: number;
}

export interface RunResult {
  /** The exit code, or 128 + the signal's number, as a shell gives it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one process to its end. A non-zero exit is a result; a command that cannot start, or that hangs, rejects. */
export function runProcess(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    // Its own process group, so that a timeout ends what it started as well.
    const child = spawn(command, [...args], { cwd: options.cwd, env: options.env, stdio: 'pipe', detached: true });
    const words = [command, ...args].join(' ');
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdin.on('error', () => {}); // a process may end without reading its input
    child.stdin.end(options.input ?? '');
    const limit = options.timeout ?? 120_000;
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      reject(new Error(`${words}: did not end within ${limit / 1000} s\n${stdout}${stderr}`));
    }, limit);
    child.on('error', (cause) => {
      clearTimeout(timer);
      reject(new Error(`${words}: did not start`, { cause }));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), stdout, stderr });
    });
  });
}

/** `runProcess` for a step that has to succeed: another exit code than 0 rejects, with all it printed. */
export async function runOrThrow(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const result = await runProcess(command, args, options);
  if (result.code === 0) return result;
  throw new Error(`${[command, ...args].join(' ')}: exit ${result.code}\n${result.stdout}${result.stderr}`);
}

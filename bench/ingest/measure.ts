import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Exit codes that are no failure; left out, 0. */
  readonly codes?: readonly number[];
}

/** One run of a command that works on a server. */
export interface Measured {
  readonly seconds: number;
  /** CPU seconds of the command and all it started. */
  readonly loader: number;
  /** CPU seconds of the server's processes meanwhile. */
  readonly server: number;
  /** The most memory (RSS) of its largest process. */
  readonly megabytes: number;
}

/** Runs a command as its only child and says on descriptor 3 what it cost, which Node cannot tell of a child. */
const accountant = `
import json, os, resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
os.write(3, json.dumps({"cpu": used.ru_utime + used.ru_stime, "megabytes": used.ru_maxrss / 1024}).encode())
sys.exit(code)
`;

/** Node 20 pays 40 ms for extra certificates at each start. */
const env = { ...process.env, NODE_EXTRA_CA_CERTS: undefined, NODE_OPTIONS: undefined, PLATFORM_SPEC: undefined };

/** @param postmaster Process id of the server. */
export async function measureCommand(command: Command, postmaster: number | null): Promise<Measured> {
  const before = postmaster === null ? 0 : readServerCpu(postmaster);
  const start = process.hrtime.bigint();
  const child = spawn('python3', ['-c', accountant, command.program, ...command.args], {
    cwd: command.cwd,
    env: { ...env, ...command.env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let [said, account] = ['', ''];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text) => {
      said += String(text);
    });
  child.stdio[3]?.on('data', (text) => {
    account += String(text);
  });
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (code === null || !(command.codes ?? [0]).includes(code))
    throw new Error(`${[command.program, ...command.args].join(' ')} ended with ${code}\n${said.slice(-3000)}`);
  const { cpu, megabytes } = JSON.parse(account) as { cpu: number; megabytes: number };
  const server = postmaster === null ? 0 : (await settleCpu(postmaster)) - before;
  return { seconds, loader: cpu, server, megabytes };
}

/** What a backend did is its postmaster's once it has ended, a moment after its client has. */
async function settleCpu(postmaster: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 300));
  return readServerCpu(postmaster);
}

/** CPU seconds of a process, of its children that live, and of those that have ended (proc(5), `stat`). */
function readServerCpu(postmaster: number): number {
  let ticks = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const fields = readStat(name);
    if (fields === null) continue;
    const [parent, user, system, endedUser, endedSystem] = [1, 11, 12, 13, 14].map((place) => Number(fields[place]));
    if (Number(name) === postmaster) ticks += sum(user, system, endedUser, endedSystem);
    else if (parent === postmaster) ticks += sum(user, system);
  }
  return ticks / 100;
}

function sum(...values: readonly (number | undefined)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

/** The fields behind the name, which may hold blanks; null where the process has just ended. */
function readStat(pid: string): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

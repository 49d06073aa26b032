import { rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { CommandError, type Context } from '../context.ts';
import { type MetricsState, writeMetrics } from './metrics-text.ts';
import type { ShardTally } from './tally.ts';
import type { Watcher } from './watcher.ts';

const WRITE_EVERY_MS = 5000;

/** Where metrics are wanted. */
export type MetricsTarget =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'port'; readonly host: string; readonly port: number };

/** `:9400` and `HOST:9400` are ports (of this machine alone unless a host is named), anything else is a file. */
export function readMetricsTarget(text: string | undefined): MetricsTarget | null {
  if (text === undefined) return null;
  const [, host = '', port = ''] = /^(\[[0-9a-fA-F:.]+\]|[^/\\:\s]*):(\d{1,5})$/.exec(text) ?? [];
  if (port === '') {
    if (text.trim() === '') throw new CommandError(2, '--metrics: write a file, or :PORT');
    return { kind: 'file', path: text };
  }
  if (Number(port) > 65_535) throw new CommandError(2, `--metrics ${text}: there is no port ${port}`);
  return { kind: 'port', host: host.replace(/^\[|\]$/g, '') || '127.0.0.1', port: Number(port) };
}

/** Writes or serves the metrics until the end. Throws `CommandError` (exit 2) where the file or the port cannot be had. */
export async function watchForMetrics(context: Context, target: MetricsTarget): Promise<Watcher> {
  return target.kind === 'file'
    ? await writeToFile(context, resolve(context.cwd, target.path))
    : await serveOnPort(context, target.host, target.port);
}

/** For the textfile collector of node_exporter, which may read at any moment: the file is always a whole one. */
async function writeToFile(context: Context, path: string): Promise<Watcher> {
  const now = () => context.now().getTime();
  const started = now();
  const write = (state: Pick<MetricsState, 'tallies' | 'outcome'>) =>
    replaceFile(path, writeMetrics({ ...state, started, now: now() }));
  await write({ tallies: [], outcome: null }).catch((cause: Error) => {
    throw new CommandError(2, `--metrics: ${path} cannot be written: ${cause.message}`, { cause });
  });
  let last = started;
  let writing: Promise<void> = Promise.resolve();
  return {
    tick(tallies) {
      if (now() - last < WRITE_EVERY_MS) return;
      last = now();
      // A disk that is full for a while must not end the run; the last writing says so.
      writing = writing.then(() => write({ tallies, outcome: null })).catch(() => undefined);
    },
    async end(tallies, outcome) {
      await writing;
      await write({ tallies, outcome }).catch((error: Error) =>
        context.stderr.write(`--metrics: ${path} cannot be written: ${error.message}\n`),
      );
    },
  };
}

async function replaceFile(path: string, text: string): Promise<void> {
  const part = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(part, text);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function serveOnPort(context: Context, host: string, port: number): Promise<Watcher> {
  const now = () => context.now().getTime();
  const started = now();
  let tallies: readonly ShardTally[] = [];
  const server = createServer(({ method, url }, response) => {
    const isAsked = (method === 'GET' || method === 'HEAD') && /^\/metrics(\?|$)/.test(url ?? '');
    if (!isAsked) return response.writeHead(404, { 'content-type': 'text/plain' }).end('GET /metrics\n');
    const text = writeMetrics({ tallies, started, now: now(), outcome: null });
    return response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
  });
  await listen(server, host, port);
  const { port: own } = server.address() as AddressInfo;
  context.stderr.write(`metrics at http://${host.includes(':') ? `[${host}]` : host}:${own}/metrics\n`);
  return {
    tick(current) {
      tallies = current;
    },
    async end() {
      server.closeAllConnections();
      await new Promise((resolved) => server.close(resolved));
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolved, rejected) => {
    server.once('error', (cause) =>
      rejected(new CommandError(2, `--metrics: port ${port} of ${host} cannot be had: ${cause.message}`, { cause })),
    );
    server.listen(port, host, () => resolved());
  });
}

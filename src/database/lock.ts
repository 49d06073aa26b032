import { createHash } from 'node:crypto';
import { realpath, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Waits until this process alone holds the folder, which must exist. PGlite has no lock of its own, and two processes
 * in one folder corrupt it. The lock is a listening socket, so that any death of the holder frees it: an abstract Unix
 * socket on Linux (processes in other network namespaces don't see it), a named pipe on Windows, a socket file on
 * macOS, where taking over a dead process's file is not atomic. `onWait` is told the holder's process id, once for
 * each holder waited for. Throws the signal's reason once that is aborted.
 */
export async function lockFolder(
  folder: string,
  onWait: (holder: string) => void,
  signal?: AbortSignal,
): Promise<FolderLock> {
  const address = nameSocket(await realpath(folder));
  for (;;) {
    signal?.throwIfAborted();
    const lock = await tryListen(address);
    if (lock !== null) return lock;
    const holder = await waitForHolder(address, onWait, signal);
    if (holder === 'gone' && address.startsWith('/')) await rm(address, { force: true });
  }
}

/** The process that holds a folder, which must exist; null where none does. It does not wait for it to let go. */
export async function findHolder(folder: string): Promise<string | null> {
  const address = nameSocket(await realpath(folder));
  const asked = new AbortController();
  let holder: string | null = null;
  await waitForHolder(
    address,
    (found) => {
      holder = found;
      asked.abort();
    },
    asked.signal,
  );
  return holder;
}

function nameSocket(path: string): string {
  const name = `platform-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`;
  if (process.platform === 'linux') return `\0${name}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`;
  return join(tmpdir(), `${name}.sock`);
}

function tryListen(address: string): Promise<FolderLock | null> {
  const waiting = new Set<Socket>();
  const server = createServer((socket) => {
    waiting.add(socket);
    // A waiter that dies is no concern of the holder's.
    socket.on('error', () => undefined).on('close', () => waiting.delete(socket));
    socket.write(`${process.pid}\n`);
    socket.unref();
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen(address, () => {
      // Forgetting to close a database must not keep the process alive.
      server.unref();
      resolve({ release: () => stopListening(server, waiting) });
    });
  });
}

function stopListening(server: Server, waiting: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of waiting) socket.destroy();
  });
}

/** Resolves when the holder let go (or died) or the signal is aborted, or to `gone` when nobody listens any more. */
function waitForHolder(
  address: string,
  onWait: (holder: string) => void,
  signal: AbortSignal | undefined,
): Promise<'released' | 'gone'> {
  return new Promise((resolve) => {
    let said = '';
    const socket = connect({ path: address, signal });
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      said += text;
      if (said.endsWith('\n')) onWait(said.trim());
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve('gone');
    });
    socket.on('close', () => resolve('released'));
  });
}

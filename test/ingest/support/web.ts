import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from '@jest/globals';
import type { ClockPort } from '../../../src/ingest/ports.ts';
import type { Progress } from '../../../src/ingest/progress.ts';
import { noObjects } from './ports.ts';

export type Answer = (request: IncomingMessage, body: string, response: ServerResponse, origin: string) => unknown;

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A real HTTP server on loopback until the test ends; gives its origin. */
export async function serve(answer: Answer): Promise<string> {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    answer(request, Buffer.concat(parts).toString(), response, `http://${request.headers.host}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function send(response: ServerResponse, value: unknown): void {
  response.end(typeof value === 'string' ? value : JSON.stringify(value));
}

/** A network that is real, and a clock on which waits are noted and over at once. */
export function makeWebPorts() {
  const waits: number[] = [];
  const warnings: string[] = [];
  const retries: string[] = [];
  let slept = 0;
  const clock: ClockPort = {
    now: () => Date.now() + slept,
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
      slept += milliseconds;
    },
  };
  return {
    fetch: (url: string, request: object) => fetch(url, request),
    clock,
    objects: noObjects,
    signal: new AbortController().signal,
    report: (progress: Progress) => {
      if (progress.kind === 'warning') warnings.push(progress.message);
      if (progress.kind === 'retry') retries.push(progress.reason);
    },
    retries,
    waits,
    warnings,
  };
}

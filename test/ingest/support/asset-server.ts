import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenOn } from '../../support/listen.ts';

export interface AssetServer {
  readonly url: string;
  /** `GET /path` and the range it asked for. */
  readonly requests: string[];
  readonly files: Map<string, Buffer>;
  /** Bodies are cut off after so many bytes, and then nothing more comes; null sends all. */
  cutAt: number | null;
  /** Answered with in place of 200. */
  readonly statuses: Map<string, number>;
  /** Milliseconds before each answer. */
  delay: number;
  /** The most requests that it had to answer at a time. */
  most: number;
  stop(): void;
}

/** Files by path, with ranges and entity tags as a good server has them. */
export async function startAssetServer(): Promise<AssetServer> {
  const api: Omit<AssetServer, 'url' | 'stop'> = {
    requests: [],
    files: new Map(),
    cutAt: null,
    statuses: new Map(),
    delay: 0,
    most: 0,
  };
  let open = 0;
  const server = createServer(async (request, response) => {
    open += 1;
    api.most = Math.max(api.most, open);
    response.once('close', () => {
      open -= 1;
    });
    await sleep(api.delay);
    const path = request.url ?? '';
    const file = api.files.get(path);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    api.requests.push(`${path}${from > 0 ? ` from ${from}` : ''}`);
    const status = api.statuses.get(path) ?? (file === undefined ? 404 : 200);
    if (status !== 200 || file === undefined) return response.writeHead(status).end('no');
    const tag = `"${file.length}-${file[0]}"`;
    const isPart = from > 0 && request.headers['if-range'] === tag;
    const body = isPart ? file.subarray(from) : file;
    const range = isPart ? { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` } : {};
    response.writeHead(isPart ? 206 : 200, { 'content-length': body.length, etag: tag, ...range });
    return api.cutAt === null ? response.end(body) : response.write(body.subarray(0, api.cutAt));
  });
  const url = `http://127.0.0.1:${await listenOn(server)}`;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return Object.assign(api, { url, stop });
}

import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenOn } from '../../support/listen.ts';
import { makeCollection, makeItem } from './items.ts';

export interface SlowApi {
  readonly url: string;
  stop(): void;
}

export const PAGE_ITEMS = 500;

/** A STAC API whose pages come `pause` milliseconds after they were asked for; the third request is refused with a 503. */
export async function startSlowApi({ pages, pause }: { pages: number; pause: number }): Promise<SlowApi> {
  let searches = 0;
  const server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json');
    if (!request.url?.startsWith('/search')) return response.end(JSON.stringify(makeCollection()));
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    searches += 1;
    if (searches === 3) return response.writeHead(503).end('busy');
    const { token = 0 } = JSON.parse(Buffer.concat(parts).toString()) as { token?: number };
    await sleep(pause);
    const features = Array.from({ length: PAGE_ITEMS }, (_, place) => makeItem(`item-${token}-${place}`));
    const next = { rel: 'next', method: 'POST', href: '/search', body: { token: token + 1 }, merge: true };
    return response.end(
      JSON.stringify({ type: 'FeatureCollection', features, links: token + 1 < pages ? [next] : [] }),
    );
  });
  const url = `http://127.0.0.1:${await listenOn(server)}`;
  return {
    url,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

import { createServer, type Server } from 'node:http';
import { listenOn } from '../listen.ts';
import type { Tokens } from './tokens.ts';

/**
 * What a pod with Workload Identity is given in place of Google's metadata server: tokens of one Google account.
 * Google's own libraries ask it, in Go, Python and Node, when GCE_METADATA_HOST names it.
 * Source: https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys
 */
export async function startMetadataServer(
  account: string,
  tokens: Tokens,
): Promise<{ readonly server: Server; readonly host: string }> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://metadata');
    const answer = request.headers['metadata-flavor'] === 'Google' ? answerTo(url, account, tokens) : null;
    const type = typeof answer === 'string' ? 'application/text' : 'application/json';
    response.writeHead(answer === null ? 404 : 200, { 'Metadata-Flavor': 'Google', 'Content-Type': type });
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  // Clients keep their connection, and one that closes as they ask again is an error to them.
  server.keepAliveTimeout = 600_000;
  const port = await listenOn(server);
  return { server, host: `127.0.0.1:${port}` };
}

function answerTo(url: URL, account: string, tokens: Tokens): object | string | null {
  const own = '/computeMetadata/v1/instance/service-accounts';
  // The account may be asked for by its address as well.
  switch (url.pathname.replace(/\/$/, '').replace(`${own}/${account}`, `${own}/default`)) {
    case '':
      return 'computeMetadata/';
    case '/computeMetadata/v1/instance':
      return '';
    case '/computeMetadata/v1/project/project-id':
      return account.replace(/^.*@|\.iam\.gserviceaccount\.com$/g, '');
    case '/computeMetadata/v1/instance/zone':
      return 'projects/1/zones/europe-west1-b';
    case '/computeMetadata/v1/universe/universe-domain':
      return 'googleapis.com';
    case `${own}/default/email`:
      return account;
    case `${own}/default`:
      return { aliases: ['default'], email: account, scopes: ['https://www.googleapis.com/auth/cloud-platform'] };
    case `${own}/default/token`: {
      const asked = url.searchParams.get('scopes')?.split(',');
      const scopes = asked ?? ['https://www.googleapis.com/auth/cloud-platform'];
      return { access_token: tokens.give({ account, scopes }), expires_in: 3599, token_type: 'Bearer' };
    }
    default:
      return null;
  }
}

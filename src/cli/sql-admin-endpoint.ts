import { CommandError, type Context } from './context.ts';

/** gcloud's own name for another address of the API: a private endpoint of Google's, say. */
const endpointVariable = 'CLOUDSDK_API_ENDPOINT_OVERRIDES_SQL';

/** Where the Cloud SQL Admin API is. */
export interface Endpoint {
  readonly apiEndpoint: string;
  readonly port: number;
  readonly protocol: 'http' | 'https';
}

/** Null: Google's own. The token goes there, so it is encrypted unless it stays on this machine. Throws `CommandError`. */
export function readEndpoint(env: Context['env']): Endpoint | null {
  const text = env[endpointVariable];
  if (text === undefined || text === '') return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isOwn = url?.hostname === '127.0.0.1' || url?.hostname === 'localhost' || url?.hostname === '[::1]';
  if (url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && isOwn))) {
    const protocol = url.protocol === 'https:' ? 'https' : 'http';
    return { apiEndpoint: url.hostname, port: Number(url.port || (protocol === 'https' ? 443 : 80)), protocol };
  }
  throw new CommandError(2, `${endpointVariable} is no address of an API`, {
    hint: 'write https://HOST/, or take it away for https://sqladmin.googleapis.com/',
  });
}

import { IngestionFailure } from '../ingest/failure.ts';
import type { ObjectsPort } from '../ingest/ports.ts';
import type { Context } from './context.ts';

const SCOPE = 'https://www.googleapis.com/auth/devstorage.read_write';

/**
 * Cloud Storage as whoever the application default credentials are: in a pod, by Workload Identity. Without any, nobody:
 * public buckets need none. STORAGE_EMULATOR_HOST names another server, which asks nobody who they are.
 */
export function openObjects({ env }: Pick<Context, 'env'>): ObjectsPort {
  const emulator = env['STORAGE_EMULATOR_HOST'];
  if (emulator !== undefined && emulator !== '')
    return {
      origin: (emulator.includes('://') ? emulator : `http://${emulator}`).replace(/\/+$/, ''),
      authorize: async () => ({}),
    };
  let opened: Promise<Credentials | null> | null = null;
  return {
    origin: 'https://storage.googleapis.com',
    authorize: async () => {
      try {
        opened ??= findCredentials();
        const credentials = await opened;
        return credentials === null ? {} : Object.fromEntries(await credentials.getRequestHeaders());
      } catch (cause) {
        throw new IngestionFailure('source', `Google's credentials cannot be used: ${(cause as Error).message}`, {
          hint: 'log in with `gcloud auth application-default login`; in a pod, its service account needs the Workload Identity binding that terraform/ makes',
          cause,
        });
      }
    },
  };
}

interface Credentials {
  getRequestHeaders(): Promise<Headers>;
}

/** Null where there are none at all; those that are there but cannot be used are an error. */
async function findCredentials(): Promise<Credentials | null> {
  // The debug log that this turns on has tokens in it.
  delete process.env['GOOGLE_SDK_NODE_LOGGING'];
  const { GoogleAuth } = await import('google-auth-library');
  try {
    return await new GoogleAuth({ scopes: SCOPE }).getClient();
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('Could not load the default credentials')) return null;
    throw error;
  }
}

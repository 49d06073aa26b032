import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { showHome } from '../show-path.ts';
import type { Finding } from './finding.ts';

const login = 'gcloud auth application-default login';
const purpose = 'only for Google Cloud: gs: sources, Secret Manager, what Cloud SQL really runs';

/** Kinds of credentials that Google's libraries know (google-auth-library, `GoogleAuth.fromJSON`). */
const kinds: Readonly<Record<string, string>> = {
  authorized_user: 'a person’s own login',
  service_account: 'the key of a service account',
  impersonated_service_account: 'a service account that is impersonated',
  external_account: 'workload identity federation',
  external_account_authorized_user: 'workforce identity federation',
};

/**
 * Where the application default credentials are and of which kind, as Google's libraries look for them. Nothing is asked
 * of Google, and nothing of the file is told but its kind: whether a token comes of it, the first use says.
 */
export async function lookAtCredentials(context: Context): Promise<Finding> {
  const { env } = context;
  const named = env['GOOGLE_APPLICATION_CREDENTIALS'];
  const path = named || findWellKnown(env);
  const finding = (state: Finding['state'], found: string, fix: string | null): Finding => ({
    name: 'credentials',
    state,
    found,
    fix,
  });
  const absent = `none; ${purpose}. A machine or pod of Google Cloud has its own without a file`;
  if (path === null) return finding('note', absent, login);
  const where = named ? `GOOGLE_APPLICATION_CREDENTIALS (${showHome(context, path)})` : showHome(context, path);
  const mend = named ? `set GOOGLE_APPLICATION_CREDENTIALS to a file that is there, or unset it and: ${login}` : login;
  try {
    const kind = kinds[String(JSON.parse(await readFile(path, 'utf8')).type)];
    if (kind !== undefined) return finding('ok', `${kind}, in ${where}`, null);
    return finding('missing', `${where} holds no kind of credentials that Google's libraries know`, mend);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !named) return finding('note', absent, login);
    // A message of JSON.parse quotes the file.
    return finding('missing', `${where} ${code === undefined ? 'is not JSON' : `cannot be read (${code})`}`, mend);
  }
}

/** Where `gcloud auth application-default login` writes; null where the environment names no home. */
function findWellKnown({ CLOUDSDK_CONFIG: own, APPDATA: roaming, HOME: home }: Context['env']): string | null {
  const name = 'application_default_credentials.json';
  if (own) return join(own, name);
  if (process.platform === 'win32') return roaming ? join(roaming, 'gcloud', name) : null;
  return home ? join(home, '.config/gcloud', name) : null;
}

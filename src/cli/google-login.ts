import { DatabaseFailure } from '../database/failure.ts';

/**
 * The database user of the application default credentials, as Cloud SQL names it: a person's address, or a service
 * account's without `.gserviceaccount.com`. https://cloud.google.com/sql/docs/postgres/iam-logins
 *
 * A key and an impersonation name their account, a machine's or a pod's metadata server is asked; what a person's login
 * is of, only Google says. Throws `DatabaseFailure` where nobody says it, else what Google's library does.
 */
export async function findGoogleLogin(): Promise<string> {
  const { GoogleAuth, OAuth2Client } = await import('google-auth-library');
  const auth = new GoogleAuth({ scopes: ['https://www.googleapis.com/auth/userinfo.email'] });
  const client = await auth.getClient();
  const { client_email: account } = await auth.getCredentials();
  if (account) return account.toLowerCase().replace(/\.gserviceaccount\.com$/, '');
  if (client instanceof OAuth2Client) {
    const { token } = await client.getAccessToken();
    const { email } = await client.getTokenInfo(token ?? '');
    if (email !== undefined) return email.toLowerCase();
  }
  throw new DatabaseFailure('the credentials do not say whose they are', {
    hint: 'name the database user in the DSN: cloudsql:…?user=ADDRESS',
  });
}

import { DatabaseFailure } from '../database/failure.ts';

/** Google's Secret Manager, asked as whoever the application default credentials are: in a pod, by Workload Identity. */
export interface Secrets {
  /**
   * The newest version of `projects/PROJECT/secrets/SECRET`, as text. Throws `DatabaseFailure`, which says what to do and
   * holds nothing of any secret.
   */
  read(secret: string): Promise<string>;
  close(): Promise<void>;
}

/** Nothing is loaded or connected before the first secret is read. */
export function openSecrets(): Secrets {
  let opened: Promise<Client> | null = null;
  return {
    read: async (secret) => {
      opened ??= connect();
      try {
        const client = await opened;
        const [{ payload }] = await client.accessSecretVersion({ name: `${secret}/versions/latest` }, callOptions);
        return Buffer.from(payload?.data ?? '').toString('utf8');
      } catch (error) {
        const { reason, hint } = explain(error);
        throw new DatabaseFailure(`Secret Manager does not give ${secret}: ${reason}`, { hint, cause: error });
      }
    },
    close: async () => {
      const client = await opened?.catch(() => null);
      await client?.close();
    },
  };
}

type Client = InstanceType<typeof import('@google-cloud/secret-manager').SecretManagerServiceClient>;

async function connect(): Promise<Client> {
  // The debug log that this turns on has whole answers in it, and so the passwords.
  delete process.env['GOOGLE_SDK_NODE_LOGGING'];
  const { SecretManagerServiceClient } = await import('@google-cloud/secret-manager');
  const client = new SecretManagerServiceClient();
  // A call would do this too, and where there are no credentials end the process with a rejection that nobody can catch.
  await client.initialize();
  return client;
}

const patienceSeconds = 20;

/** The library's own would wait ten minutes for a network that is not there. */
const callOptions = {
  retry: {
    backoffSettings: {
      initialRetryDelayMillis: 200,
      retryDelayMultiplier: 2,
      maxRetryDelayMillis: 4_000,
      initialRpcTimeoutMillis: 10_000,
      rpcTimeoutMultiplier: 1,
      maxRpcTimeoutMillis: 10_000,
      totalTimeoutMillis: patienceSeconds * 1000,
    },
  },
};

/** gRPC's codes, https://grpc.github.io/grpc/core/md_doc_statuscodes.html; what has none never reached Secret Manager. */
function explain(error: unknown): { readonly reason: string; readonly hint: string } {
  const { code, details, message } = error as { code?: unknown; details?: string; message: string };
  switch (code) {
    case 5:
      return {
        reason: 'it has no version',
        hint: 'the machine adds one when it first boots, some minutes after `terraform apply` in terraform/postgres_vms; `terraform output commands` there says how to read its log',
      };
    case 7:
      return {
        reason: details ?? message,
        hint: 'terraform/postgres_vms grants it to access.people who may write, terraform/ to workloads: apply both; a pod must run as its workload’s service account',
      };
    case 9:
      return { reason: details ?? message, hint: 'enable that version, or add another: `gcloud secrets versions add`' };
    case 4:
    case 14:
      return {
        reason: `no answer within ${patienceSeconds} seconds`,
        hint: 'secretmanager.googleapis.com must be reached from here, at port 443',
      };
    default:
      return {
        reason: (details || message).replace(/^Getting metadata from plugin failed with error: /, ''),
        hint: 'log in with `gcloud auth application-default login`; in a pod, its service account needs the Workload Identity binding that terraform/ makes',
      };
  }
}

import { LiveFailure } from '../live/failure.ts';

/** What the API, or the way to it, said instead of an answer. */
export interface Fault {
  /** HTTP's; null: there was no response, or it is not the API's. */
  readonly status: number | null;
  /** Google's word, e.g. `notAuthorized`, `SERVICE_DISABLED`; Node's, e.g. `ECONNRESET`; empty where there is none. */
  readonly reason: string;
  readonly message: string;
}

interface ApiError {
  readonly message?: string;
  readonly errors?: readonly { readonly reason?: string }[];
  readonly details?: readonly { readonly reason?: string }[];
}

/** https://cloud.google.com/apis/design/errors; a body that is a proxy's or the token server's is told from the API's. */
export function readFault(error: unknown): Fault {
  const { message, status, code, name, response } = error as {
    message?: string;
    status?: unknown;
    code?: unknown;
    name?: string;
    response?: { readonly data?: unknown };
  };
  if (typeof status !== 'number')
    return {
      status: null,
      reason: typeof code === 'string' ? code : (name ?? ''),
      message: (message ?? String(error)).split('\n')[0] ?? '',
    };
  // Google's clients put the body into the message, its connector beside it.
  const body = response?.data === undefined ? parse(message ?? '') : readBody(response.data);
  const fault = body?.error;
  // The token server: {"error":"invalid_grant","error_description":"…"}
  if (typeof fault === 'string') return { status: null, reason: fault, message: body?.error_description ?? fault };
  if (fault === undefined) return { status, reason: '', message: `HTTP ${status}` };
  const { message: said = `HTTP ${status}`, errors = [], details = [] } = fault;
  const reason = details.find((detail) => detail.reason !== undefined)?.reason ?? errors[0]?.reason ?? '';
  return { status, reason, message: said };
}

interface Body {
  readonly error?: string | ApiError;
  readonly error_description?: string;
}

function parse(text: string): Body | null {
  try {
    return readBody(JSON.parse(text));
  } catch {
    return null;
  }
}

function readBody(body: unknown): Body | null {
  if (typeof body === 'string') return parse(body);
  return typeof body === 'object' ? body : null;
}

const quota = /^(rateLimitExceeded|userRateLimitExceeded|quotaExceeded|RATE_LIMIT_EXCEEDED)$/;
const broken = /^(ECONNRESET|ETIMEDOUT|EPIPE|EAI_AGAIN|ERR_STREAM_PREMATURE_CLOSE|UND_ERR_SOCKET|TimeoutError)$/;

/** Whether the same question may well be answered in a moment. */
export function isPassing(error: unknown): boolean {
  const { status, reason } = readFault(error);
  if (status === null) return broken.test(reason);
  return status === 429 || status === 408 || status >= 500 || (status === 403 && quota.test(reason));
}

const login = 'gcloud auth application-default login';

/** What was asked for. */
interface Asked {
  readonly project: string;
  readonly permission: string;
  /** One that has the permission; left out: who may read. */
  readonly role?: string;
  /** `read project …`, which is what it is where it is left out. */
  readonly purpose?: string;
}

/** What a person can do about it. */
export function explainFault(error: unknown, asked: Asked): LiveFailure {
  const { project, permission, role = 'roles/cloudsql.viewer', purpose = `read project ${project}` } = asked;
  const { status, reason, message } = readFault(error);
  const fail = (what: string, hint: string) =>
    new LiveFailure(`the Cloud SQL Admin API ${what}`, { hint, cause: error });
  if (isPassing(error))
    return status === null
      ? fail(`does not answer: ${message}`, 'sqladmin.googleapis.com must be reached from here, at port 443; try again')
      : fail(
          `refused again and again: ${message}`,
          `try again in a minute; its quotas: https://console.cloud.google.com/apis/api/sqladmin.googleapis.com/quotas?project=${project}`,
        );
  if (reason === 'SERVICE_DISABLED' || reason === 'accessNotConfigured')
    return fail(
      `is not enabled in project ${project}`,
      `gcloud services enable sqladmin.googleapis.com --project=${project}`,
    );
  if (status === 403)
    return fail(
      `does not let you ${purpose}: ${message}`,
      `${permission} is wanted there; ${role} has it: gcloud projects add-iam-policy-binding ${project} --member=user:YOU --role=${role}`,
    );
  if (status === 401) return fail('does not take the credentials', `log in again: ${login}`);
  if (status !== null)
    return fail(
      `refuses ${permission}: ${message}`,
      `look at the instance: gcloud sql instances list --project=${project}`,
    );
  if (/^(ENOTFOUND|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|.*CERT.*)$/.test(reason))
    return fail(`cannot be reached: ${message}`, 'sqladmin.googleapis.com must be reached from here, at port 443');
  return new LiveFailure(`Google's credentials cannot be used: ${message}`, {
    hint: `log in with ${login}; in a pod, its service account needs the Workload Identity binding that terraform/ makes`,
    cause: error,
  });
}

import { DatabaseFailure } from '../database/failure.ts';
import type { Dial } from '../database/instance.ts';
import type { ProxyWay } from '../model/proxy-way.ts';
import { answerInTime } from './answer-in-time.ts';
import type { Context } from './context.ts';
import { findGoogleLogin } from './google-login.ts';
import { explainInstanceFault } from './instance-faults.ts';
import { readEndpoint } from './sql-admin-endpoint.ts';

/** A way into an instance. */
export interface InstanceWay {
  /** `project:region:name`. */
  readonly connectionName: string;
  readonly way: ProxyWay;
  /** Whether the instance is to know by IAM who comes. */
  readonly byIam: boolean;
}

/** Cloud SQL instances through Google's own connector, as whoever the application default credentials are. */
export interface Instances {
  /**
   * The database user of those credentials, for IAM login: a person's address, or a service account's without
   * `.gserviceaccount.com`. Throws `DatabaseFailure`.
   */
  findLogin(): Promise<string>;
  /** Asks the Admin API where the instance is, and for a certificate that is kept new. Throws `DatabaseFailure`. */
  prepare(way: InstanceWay): Promise<Dial>;
  close(): Promise<void>;
}

/** Of what is asked of Google before a connection is tried. */
const patienceMilliseconds = 20_000;

/** Nothing is loaded or asked before the first use. */
export function openInstances({ env, signal }: Pick<Context, 'env' | 'signal'>): Instances {
  const opened = new Map<string, Promise<Opened>>();
  let login: Promise<string> | null = null;
  const explain = (error: unknown, connectionName: string | null): unknown => {
    signal.throwIfAborted();
    return error instanceof DatabaseFailure ? error : explainInstanceFault(error, connectionName);
  };
  return {
    findLogin: async () => {
      login ??= findGoogleLogin();
      try {
        return await answerInTime(login, patienceMilliseconds, signal);
      } catch (error) {
        throw explain(error, null);
      }
    },
    prepare: async (way) => {
      const key = JSON.stringify([way.connectionName, way.way, way.byIam]);
      const one = opened.get(key) ?? connect(way, env);
      opened.set(key, one);
      try {
        return (await answerInTime(one, patienceMilliseconds, signal)).dial;
      } catch (error) {
        throw explain(error, way.connectionName);
      }
    },
    close: async () => {
      // Only those that were opened: the connector's own `close` makes a rejection that nobody can catch of one that was not.
      for (const one of opened.values()) void one.then(({ close }) => close()).catch(() => undefined);
    },
  };
}

interface Opened {
  readonly dial: Dial;
  readonly close: () => void;
}

const ipTypes = { privateIp: 'PRIVATE', psc: 'PSC', public: 'PUBLIC' } as const;

/** A connector of its own for each, so that one that failed is not in the way of the others' end. */
async function connect({ connectionName, way, byIam }: InstanceWay, env: Context['env']): Promise<Opened> {
  const endpoint = readEndpoint(env);
  const { Connector, AuthTypes, IpAddressTypes } = await import('@google-cloud/cloud-sql-connector');
  const connector = new Connector({
    userAgent: 'platform',
    ...(endpoint === null
      ? {}
      : { sqlAdminAPIEndpoint: `${endpoint.protocol}://${endpoint.apiEndpoint}:${endpoint.port}/` }),
  });
  const { stream } = await connector.getOptions({
    instanceConnectionName: connectionName,
    ipType: IpAddressTypes[ipTypes[way]],
    authType: byIam ? AuthTypes.IAM : AuthTypes.PASSWORD,
  });
  return { dial: stream, close: () => connector.close() };
}

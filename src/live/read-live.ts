import type { Change } from '../diff/change.ts';
import type { Platform } from '../model/platform.ts';
import type { Answers } from './answers.ts';
import { compareParts } from './compare-parts.ts';
import { type Condition, readCondition } from './condition.ts';
import { showPlatform } from './show-platform.ts';

/** One environment as it runs, in the model's own terms. */
export interface Live {
  /** The spec's platform with what runs in place of what the spec says. */
  readonly platform: Platform;
  /** Differences that the model has no field for. */
  readonly parts: readonly Change[];
  readonly condition: Condition;
  /** False: the instance does not run, so that nobody can list its databases and logins. */
  readonly databasesSeen: boolean;
}

/** What the Admin API does not show: diff takes the spec's word for it. */
export const unseen: readonly string[] = [
  'what is in the databases: schemas, extensions, grants, pgSTAC and its settings',
  'roles of IAM, service accounts, buckets and secrets',
  'alerts and the dashboard',
  'addresses, endpoints and connections of the network, and the bastion',
  'what runs in Kubernetes',
];

/** Puts the answers about an environment's instance into the model's own terms. Pure; for Cloud SQL only. */
export function readLive(spec: Platform, answers: Answers): Live {
  const { hosting } = spec;
  if (hosting.kind !== 'cloudSql') throw new TypeError('only an instance of Cloud SQL is read');
  return {
    platform: showPlatform(spec, hosting, answers),
    parts: compareParts(spec, hosting, answers),
    condition: readCondition(answers),
    databasesSeen: answers.databases !== null && answers.users !== null,
  };
}

import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { checkAccess } from './access.ts';
import { checkAcknowledgements } from './acknowledgements.ts';
import { checkAlerts } from './alerts.ts';
import { checkCloudSql } from './cloud-sql.ts';
import { checkCollections } from './collections.ts';
import { checkConnections } from './connections.ts';
import { checkDenyPeriod } from './deny-period.ts';
import { checkEncryptionKeys } from './encryption-keys.ts';
import { checkFlags } from './flags.ts';
import { checkInstance } from './instance.ts';
import { checkKubernetes } from './kubernetes.ts';
import { checkLaunchers } from './launchers.ts';
import { checkLocations } from './locations.ts';
import { checkMachineBackups } from './machine-backups.ts';
import { checkMachineTypes } from './machine-types.ts';
import { checkNames } from './names.ts';
import { checkMisspeltNamespaces } from './namespaces.ts';
import { checkNetwork } from './network.ts';
import { checkPasswords } from './passwords.ts';
import { checkPipelines } from './pipelines.ts';
import { checkPlaces } from './places.ts';
import { checkReach } from './reach.ts';
import { checkRenames } from './renames.ts';
import { checkReplicas } from './replicas.ts';
import { checkRights } from './rights.ts';
import { type Finding, type RuleInput, toDiagnostic } from './rule.ts';
import { checkSchemas } from './schemas.ts';
import { checkShards } from './shards.ts';

const rules: readonly ((input: RuleInput) => readonly Finding[])[] = [
  checkNetwork,
  checkPlaces,
  checkMachineTypes,
  checkMachineBackups,
  checkCloudSql,
  checkInstance,
  checkDenyPeriod,
  checkReplicas,
  checkReach,
  checkEncryptionKeys,
  checkFlags,
  checkConnections,
  checkAlerts,
  checkAccess,
  checkNames,
  checkMisspeltNamespaces,
  checkKubernetes,
  checkLaunchers,
  checkPipelines,
  checkSchemas,
  checkShards,
  checkRenames,
  checkCollections,
  checkRights,
  checkLocations,
  checkAcknowledgements,
  checkPasswords,
];

/** Everything past the schema that is wrong with one environment. */
export function checkRules(input: RuleInput): readonly Diagnostic[] {
  return rules.flatMap((rule) => rule(input)).map((finding) => toDiagnostic(input.root, finding));
}

import { listKeyUses } from '../../model/encryption-keys.ts';
import type { Platform } from '../../model/platform.ts';
import { markdownCode, markdownText } from '../../print/markdown.ts';
import { findRunner } from '../kubernetes/names.ts';
import { renderTemplate, type View } from '../render.ts';
import { hasMetadataPasswords, listMachines, shellPiece, viewVariables } from './words.ts';

/** What of an environment is renewed from time to time, by whom, and what it has none of. */
export function renderRotation(platform: Platform): string {
  const { gcp, prefix } = platform;
  const keys = new Set(listKeyUses(platform).map(({ key }) => key));
  return renderTemplate('team/rotation.md', 'markdown', {
    title: markdownText(prefix),
    project: shellPiece(gcp.project),
    vars: viewVariables(platform),
    keys: [...keys].map((key) => ({ keyName: markdownCode(key) })),
    accounts: listAccounts(platform).map((email) => ({ email: shellPiece(email) })),
    cloudSql: viewCloudSql(platform),
    machines: viewMachines(platform),
    metadataPasswords: hasMetadataPasswords(platform),
  });
}

/** Google's accounts that the platform makes. */
function listAccounts({ workloads, hosting, kubernetes }: Platform): readonly string[] {
  const own =
    hosting.kind === 'cloudSql'
      ? [hosting.initAccount]
      : [hosting.ingest.serviceAccount, hosting.pgstac.serviceAccount];
  const accounts = [...workloads.map(({ google }) => google), kubernetes?.pooler?.google, ...own];
  return accounts.flatMap((account) => account?.email ?? []);
}

function viewCloudSql(platform: Platform): View<'markdown'> {
  const { hosting } = platform;
  if (hosting.kind !== 'cloudSql') return null;
  return {
    byTerraform: hosting.bootstrap === 'terraform',
    initJob: hosting.initAccount !== null && findRunner(platform) !== null,
    instance: shellPiece(hosting.instance),
    replicas: hosting.replicas.length > 0,
    adminSecretName: markdownCode(hosting.adminSecret),
  };
}

function viewMachines(platform: Platform): View<'markdown'> {
  const { hosting } = platform;
  if (hosting.kind !== 'virtualMachines') return [];
  return listMachines(platform).map((machine) => ({
    machine: shellPiece(machine.machine),
    machineName: markdownText(machine.machine),
    zone: shellPiece(hosting.zone),
    login: markdownCode(machine.login),
    passwordSecret: shellPiece(machine.passwordSecret),
    passwordSecretName: markdownCode(machine.passwordSecret),
    caSecretName: markdownCode(machine.caSecret),
  }));
}

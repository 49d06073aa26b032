import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { describeWith } from '../../support/needs.ts';
import { checkov, pythonTool } from '../../support/python.ts';
import { runProcess } from '../../support/run.ts';
import { makeTemporaryFolder } from '../../support/temporary.ts';
import { listTerraformFolders } from './folders.ts';

const folders = listTerraformFolders();

/** Every check that some artifact says not to make, with each reason that it gives: a new one is put here by hand. */
const reasons = {
  CKV_GCP_6: ['TLS is asked of everybody and a client certificate of nobody: IAM knows who connects.'],
  CKV_GCP_32: ['It is blocked below; checkov does not read what merge() makes.'],
  CKV_GCP_37: ["The disk is encrypted with Google's own key: the spec names no other."],
  CKV_GCP_38: [
    "The disks are encrypted with Google's own keys: the spec names no others.",
    "The machine keeps nothing, so Google's own keys are enough for its disk.",
  ],
  CKV_GCP_40: ['hosting.virtualMachines.externalAddress asks for it.'],
  CKV_GCP_51: ['hosting.cloudSql.flags sets log_checkpoints so.'],
  CKV_GCP_52: ['hosting.cloudSql.flags sets log_connections so.'],
  CKV_GCP_53: ['hosting.cloudSql.flags sets log_disconnections so.'],
  CKV_GCP_54: ['hosting.cloudSql.flags sets log_lock_waits so.'],
  CKV_GCP_55: ['hosting.cloudSql.flags sets log_min_messages so.'],
  CKV_GCP_56: ['hosting.cloudSql.flags sets log_temp_files so.'],
  CKV_GCP_57: ['hosting.cloudSql.flags sets log_min_duration_statement so.'],
  CKV_GCP_60: ['kubernetes.proxy.privateIp: false asks for it; no network is authorized.'],
  CKV_GCP_62: ['Who reads it is in Cloud Audit Logs, if the project turns on data access logs of Cloud Storage.'],
  CKV_GCP_78: ['Soft deletion keeps what is deleted; versions would keep every backup that pgBackRest expires.'],
  CKV_GCP_79: ['PostgreSQL 15 is the version that the platform is made for and tested with.'],
  CKV_GCP_108: ['log_hostname asks DNS at each connection, and what connects is the Auth Proxy.'],
  CKV_GCP_109: ['hosting.cloudSql.flags sets log_min_error_statement so.'],
  CKV_GCP_110: [
    'pgAudit would log every statement of a load; log_connections and log_statement say who came and what was altered.',
  ],
  CKV_GCP_111: ['hosting.cloudSql.flags sets log_statement so.'],
  CKV2_GCP_13: ['log_duration writes a line for each statement; Query Insights has the slow ones.'],
  CKV2_GCP_14: ['hosting.cloudSql.flags sets log_executor_stats so.'],
  CKV2_GCP_15: ['hosting.cloudSql.flags sets log_parser_stats so.'],
  CKV2_GCP_16: ['hosting.cloudSql.flags sets log_planner_stats so.'],
  CKV2_GCP_17: ['hosting.cloudSql.flags sets log_statement_stats so.'],
};

/** `# checkov:skip=CHECK: reason`, alone on its line. */
const skips = /^ *# checkov:skip=(\w+): (.+)\n/gm;

describe('what checkov is told to skip', () => {
  test('is skipped for these reasons', () => {
    const found = new Map<string, Set<string>>();
    for (const text of folders.flatMap(({ files }) => [...files.values()]))
      for (const [, check = '', reason = ''] of text.matchAll(skips))
        found.set(check, (found.get(check) ?? new Set()).add(reason));
    expect(Object.fromEntries([...found].map(([check, said]) => [check, [...said].sort()]))).toEqual(reasons);
  });
});

describeWith(['python'], 'checkov', () => {
  const results = new Map<string, Results>();

  beforeAll(async () => {
    const root = makeTemporaryFolder('checkov');
    for (const [index, { files }] of folders.entries()) {
      writeFiles(join(root, 'said', String(index)), files, (text) => text);
      writeFiles(join(root, 'unsaid', String(index)), files, (text) => text.replace(skips, ''));
    }
    const { bin } = await pythonTool(checkov);
    const flags = ['--framework', 'terraform', '--skip-download', '--compact', '-o', 'json'];
    const { stdout } = await runProcess(bin('checkov'), ['-d', root, ...flags], { timeout: 600_000 });
    const report = JSON.parse(stdout) as Report;
    expect(report.summary.parsing_errors).toBe(0);
    for (const kind of ['passed', 'failed', 'skipped'] as const)
      for (const { check_id, resource, file_path } of report.results[`${kind}_checks`]) {
        const folder = file_path.split('/').slice(1, 3).join('/');
        const result = results.get(folder) ?? { passed: [], failed: [], skipped: [] };
        result[kind].push(`${check_id} ${resource}`);
        results.set(folder, result);
      }
  }, 1_200_000);

  test.each(folders.map(({ name }, index) => [name, index] as const))('%s', (_, index) => {
    const said = results.get(`said/${index}`);
    const unsaid = results.get(`unsaid/${index}`);
    expect(said?.passed).not.toHaveLength(0);
    expect(said?.failed).toEqual([]);
    // Without the skips each of them fails: one whose check passes now is to be removed from its template.
    expect(said?.skipped.sort()).toEqual(unsaid?.failed.sort());
  });
});

interface Results {
  readonly passed: string[];
  readonly failed: string[];
  readonly skipped: string[];
}

type Check = { readonly check_id: string; readonly resource: string; readonly file_path: string };

/** What `checkov -o json` prints for one framework. */
interface Report {
  readonly summary: { readonly parsing_errors: number };
  readonly results: { readonly [kind in `${keyof Results}_checks`]: readonly Check[] };
}

function writeFiles(folder: string, files: ReadonlyMap<string, string>, change: (text: string) => string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of files) writeFileSync(join(folder, name), change(text));
}

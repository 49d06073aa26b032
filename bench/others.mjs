import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What other generators need for 1,000 workloads of one small manifest each, where they are on the PATH: less than a
 * workload here is, which has a flow, a CronJob, Terraform and SQL.
 */
export function listOthers(folder) {
  const cases = [makeHelm(folder), makeJsonnet(folder)];
  const isThere = ({ argv }) => spawnSync(argv()[0], ['version'], { stdio: 'ignore' }).error === undefined;
  return {
    cases: cases.filter(isThere),
    missing: cases
      .filter((one) => !isThere(one))
      .map(({ argv }) => `${argv()[0]} is not on the PATH, so it was not run.`),
  };
}

const count = 1000;
let runs = 0;

function makeHelm(folder) {
  const chart = join(folder, 'chart');
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: big\nversion: 0.1.0\n');
  const names = Array.from(
    { length: count },
    (_, index) => `  - { name: workload-${index}, namespace: team-${index % 20} }`,
  );
  writeFileSync(join(chart, 'values.yaml'), `workloads:\n${names.join('\n')}\n`);
  writeFileSync(
    join(chart, 'templates/accounts.yaml'),
    `{{- range .Values.workloads }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .name | quote }}
  namespace: {{ .namespace | quote }}
  annotations:
    iam.gke.io/gcp-service-account: {{ printf "%s@acme-earth.iam.gserviceaccount.com" .name | quote }}
{{- end }}
`,
  );
  return { name: 'helm template, 1,000 accounts', argv: () => ['helm', 'template', chart], cwd: folder };
}

function makeJsonnet(folder) {
  const file = join(folder, 'accounts.jsonnet');
  writeFileSync(
    file,
    `local account(n) = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: {
    name: 'workload-%d' % n,
    namespace: 'team-%d' % (n % 20),
    annotations: { 'iam.gke.io/gcp-service-account': 'workload-%d@acme-earth.iam.gserviceaccount.com' % n },
  },
};
{ ['%d.json' % n]: account(n) for n in std.range(0, ${count - 1}) }
`,
  );
  // Into a new folder each time, as the command's own cold cases are.
  const argv = () => ['jsonnet', '-m', join(folder, `jsonnet-${++runs}`), '-c', file];
  return { name: 'jsonnet -m, 1,000 accounts', argv, cwd: folder };
}

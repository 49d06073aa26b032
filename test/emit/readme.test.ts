import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { parseDsn } from '../../src/database/dsn.ts';
import { emitPlatform } from '../../src/emit/targets.ts';
import type { Platform } from '../../src/model/platform.ts';
import { platforms, resolveParts, virtualMachines, writeSpec } from './kubernetes.platforms.ts';
import { at, parseManifests } from './kubernetes.read.ts';

const withoutCluster = {
  kubernetes: null,
  pipelines: '{ landsat: { source: { catalog: c.json } } }',
};
const cases = Object.entries({
  ...platforms,
  'without a cluster': withoutCluster,
  'virtual machines without a cluster': { ...withoutCluster, hosting: virtualMachines },
  'a bastion': { ...withoutCluster, access: '{ bastion: { zone: europe-west1-b } }', metaflow: null },
});

function emitTree(platform: Platform): ReadonlyMap<string, string> {
  const artifacts = emitPlatform(platform, { specText: writeSpec({}) });
  return new Map(artifacts.map(({ path, text }) => [path, text]));
}

function readmeOf(platform: Platform): string {
  return emitTree(platform).get('README.md') ?? '';
}

/** The text of every fenced block, and its lines. */
function blocksOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
}

function linesOf(markdown: string): readonly string[] {
  return blocksOf(markdown).flatMap((block) => block.trimEnd().split('\n'));
}

/** What a line needs of the tree: files, and folders with a file whose name ends so. */
function needsOf(line: string): { files: string[]; folders: [string, string][] } {
  const files = [
    ...line.matchAll(/\bpython (\S+)/g),
    ...line.matchAll(/kubectl apply -f (\S+)/g),
    ...line.matchAll(/\$\(cat (\S+)/g),
    ...line.matchAll(/ \.\/(\S+)/g),
  ].map((match) => match[1] ?? '');
  const folders: [string, string][] = [
    ...[...line.matchAll(/\(cd (\S+)/g)].map((match): [string, string] => [match[1] ?? '', '.tf']),
    ...[...line.matchAll(/kubectl apply -k (\S+)/g)].map((m): [string, string] => [m[1] ?? '', 'kustomization.yaml']),
    ...(line === 'pytest' ? [['tests', '.py'] as [string, string]] : []),
  ];
  return { files, folders };
}

describe.each(cases)('%s', (_, parts) => {
  const platform = resolveParts(parts);
  const tree = emitTree(platform);
  const readme = tree.get('README.md') ?? '';

  test('every command names what is really emitted', () => {
    const paths = [...tree.keys()];
    let named = 0;
    for (const { files, folders } of linesOf(readme).map(needsOf)) {
      for (const file of files) expect(paths).toContain(file);
      for (const [folder, end] of folders) {
        const inside = paths.filter(
          (path) => path.startsWith(`${folder}/`) && !path.slice(folder.length + 1).includes('/'),
        );
        expect(inside.filter((path) => path.endsWith(end))).not.toEqual([]);
      }
      named += files.length + folders.length;
    }
    expect(named).toBeGreaterThan(5);
  });

  test('every path of the table is there', () => {
    const table = [...readme.matchAll(/^\| `([^`]+)` \|/gm)].flatMap((match) => (match[1] ?? '').split(', '));
    const paths = [...tree.keys(), 'platform.lock.json'].filter((path) => path !== 'README.md');
    const listed = table.filter((path) => !path.startsWith('ingest-'));
    for (const path of listed) expect(paths.filter((one) => one.startsWith(path))).not.toEqual([]);
    expect(paths.filter((path) => !listed.some((one) => path.startsWith(one)))).toEqual([]);
  });

  test('every block is shell, and so is every block of what the team reads', () => {
    const pages = ['team/access.md', 'team/offboarding.md', 'team/rotation.md'].map((path) => tree.get(path) ?? '');
    expect(pages).not.toContain('');
    for (const block of [readme, ...pages].flatMap(blocksOf)) {
      const { status, stderr } = spawnSync('bash', ['-n'], { input: block, encoding: 'utf8' });
      expect({ block, status, stderr }).toEqual({ block, status: 0, stderr: '' });
    }
  });

  test('no file for people holds a password', () => {
    for (const path of ['README.md', ...[...tree.keys()].filter((one) => one.startsWith('team/'))]) {
      expect(tree.get(path)).not.toMatch(/\w+:\/\/[^\s/:@]+:(?![$<{])[^\s/:@]+@/);
      expect(tree.get(path)).not.toMatch(/password(?!ExecCommand)\w*["']?\s*[:=]\s*["'][^"'$<{]+["']/i);
    }
  });

  test('variables are those that Terraform has', () => {
    for (const line of linesOf(readme).filter((one) => /terraform (apply|destroy)/.test(one))) {
      const folder = /cd (\S+)/.exec(line)?.[1] ?? '';
      const text = [...tree]
        .filter(([path]) => path.startsWith(`${folder}/`))
        .map(([, hcl]) => hcl)
        .join('\n');
      for (const [, name] of line.matchAll(/-var (\w+)=/g)) expect(text).toContain(`variable "${name}" {`);
    }
  });
});

test.each(['pooler', 'pooler, no Metaflow'])('a client of the pooler is told how it comes in: %s', (name) => {
  const tree = emitTree(resolveParts(platforms[name] ?? {}));
  const readme = tree.get('README.md') ?? '';
  const manifests = parseManifests(tree.get('terraform/kubernetes/pooler.yaml') ?? '');
  const [service, policy] = ['Service', 'NetworkPolicy'].map((kind) => manifests.find((one) => one.kind === kind));
  const { name: host, namespace } = at(service, 'metadata') as { name: string; namespace: string };
  const [port, from] = [at(service, 'spec', 'ports', 0, 'port'), at(policy, 'spec', 'ingress', 0, 'from', 0)];
  const ini = String(at(manifests[0], 'data', 'pgbouncer.ini'));
  const users = String(at(manifests[0], 'data', 'users.txt'));
  for (const database of ['pgstac', 'ingest']) {
    const dsn = new URL(new RegExp(`^- \`(postgresql:\\S+/${database}\\?\\S+)\``, 'm').exec(readme)?.[1] ?? '');
    expect([dsn.hostname, Number(dsn.port)]).toEqual([`${host}.${namespace}`, port]);
    expect(users).toContain(`"${dsn.username}"`);
    expect(ini).toContain(`\n${database} = `);
  }
  for (const [key, value] of Object.entries(at(from, 'podSelector', 'matchLabels') as Record<string, string>))
    expect(readme).toContain(`\n    ${key}: "${value}"\n`);
  const clients = at(from, 'namespaceSelector', 'matchExpressions', 0, 'values') as string[];
  expect(readme).toContain(`in ${clients.map((client) => `\`${client}\``).join(', ')}.`);
});

test('the guide goes in the order in which it works', () => {
  const wanted = [
    '(cd terraform && terraform init && terraform apply -var project_id=acme-earth -var region=europe-west1 -var private_network=projects/acme-earth/global/networks/main -var db_password="$DB_PASSWORD")',
    'kubectl apply -k terraform/kubernetes',
    'kubectl apply -f terraform/kubernetes/cloudsql-auth-proxy.yaml',
    'python metaflow_flows/sentinel2_ingestion_flow.py run',
    'export $(cat configs/metaflow_gcp.yaml | xargs)',
    'python metaflow_flows/sentinel2_ingestion_flow.py --with kubernetes run',
    'psql "$PGSTAC_DSN" -c \'SELECT collection, count(*) FROM pgstac.items GROUP BY collection\'',
    'npx platform verify --env default',
    'INGEST_PASSWORD=… ./scripts/db/init-postgres.sh',
    'python main.py',
    'pytest',
  ];
  const lines = linesOf(readmeOf(resolveParts({})));
  expect(lines.filter((line) => wanted.includes(line))).toEqual(wanted);
});

describe('a key of the spec', () => {
  const key = 'projects/acme-keys/locations/europe-west1/keyRings/r/cryptoKeys/k';
  const agents = {
    'gcp-sa-cloud-sql': 'gcloud beta services identity create --service=sqladmin.googleapis.com --project=acme-earth',
    'compute-system': 'gcloud services enable compute.googleapis.com --project=acme-earth',
    'gs-project-accounts': 'gcloud storage service-agent --project=acme-earth',
  };
  const bastion = `{ bastion: { zone: europe-west1-b, encryptionKey: ${key} } }`;
  const onMachines = (more: string) => virtualMachines.replace(' } }', `, encryptionKey: ${key}${more} } }`);

  test.each<[string, Parameters<typeof resolveParts>[0], (keyof typeof agents)[]]>([
    ['the instance', { hosting: `{ cloudSql: { encryptionKey: ${key} } }` }, ['gcp-sa-cloud-sql']],
    ['the bastion', { ...withoutCluster, metaflow: null, access: bastion }, ['compute-system']],
    ['machines', { hosting: onMachines('') }, ['compute-system', 'gs-project-accounts']],
    [
      'machines with a bucket of their own',
      { hosting: onMachines(', backups: { bucket: gs://acme-backups }') },
      ['compute-system'],
    ],
  ])('of %s may be used, before Terraform, by accounts that are there by then', (_, parts, wanted) => {
    const lines = linesOf(readmeOf(resolveParts(parts)));
    const isApply = (line: string) => line.includes('terraform apply');
    const first = lines.slice(0, lines.findIndex(isApply));
    for (const [agent, make] of Object.entries(agents)) {
      const made = first.indexOf(make);
      const allowed = first.findIndex((line) =>
        line.includes(`${key} --member="serviceAccount:service-$NUMBER@"${agent}.`),
      );
      const there = wanted.some((one) => one === agent);
      expect({ agent, made: made >= 0, allowed: allowed > made }).toEqual({ agent, made: there, allowed: there });
    }
  });
});

test('what is waited for and read in the cluster has these names', () => {
  const platform = resolveParts({ kubernetes: '{ version: "1.36", namespace: platform }' });
  const tree = emitTree(platform);
  const manifest = (file: string) => parseManifests(tree.get(`terraform/kubernetes/${file}`) ?? '')[0];
  const lines = linesOf(tree.get('README.md') ?? '');
  const waits = lines
    .filter((line) => line.startsWith('kubectl wait'))
    .map((line) => /--filename=(\S+)/.exec(line)?.[1]);
  expect(waits.map((file) => at(parseManifests(tree.get(file ?? '') ?? '')[0], 'kind'))).toEqual(['Job', 'Job']);
  const smoke = at(manifest('smoke.yaml'), 'spec', 'template');
  const [label] = Object.entries(at(smoke, 'metadata', 'labels') as Record<string, string>);
  expect(lines).toContain(
    `kubectl logs --namespace metaflow --selector=${label?.join('=')} --container=${at(smoke, 'spec', 'containers', 0, 'name')} --prefix --tail=-1`,
  );
  const cronJob = at(manifest('ingest-sentinel2.yaml'), 'metadata', 'name');
  expect(lines).toContain(`kubectl create job --namespace metaflow --from=cronjob/${cronJob} "$JOB"`);
  const pod = manifest('cloudsql-auth-proxy.yaml');
  const name = at(pod, 'metadata', 'name');
  const container = at(pod, 'spec', 'containers', 0, 'name');
  expect(lines).toContain(`kubectl logs --namespace metaflow ${name} --container=${container} --follow`);
});

test("Terraform's version is the one that its files ask for", () => {
  const tree = emitTree(resolveParts({}));
  const asked = /required_version = ">= (.*)"/.exec([...tree.values()].join('\n'))?.[1];
  expect(tree.get('README.md')).toContain(`Terraform ${asked} or newer`);
});

describe('what a platform lacks is not in its guide', () => {
  test('no cluster: no kubectl, and the admin runs db init', () => {
    const readme = readmeOf(resolveParts(withoutCluster));
    expect(readme).not.toMatch(/kubectl|--with kubernetes/);
    expect(readme).toContain('npx platform db init --env default');
  });

  test('virtual machines: no proxy, no admin password', () => {
    const readme = readmeOf(resolveParts({ hosting: virtualMachines }));
    expect(readme).not.toMatch(/cloud-sql-proxy|db_password/);
    expect(linesOf(readme)).toContain('python metaflow_flows/sentinel2_ingestion_flow.py --with kubernetes run');
    expect(readme).toContain('A machine runs its startup script when it boots.');
    expect(readme).toContain(
      '(cd terraform/postgres_vms && terraform init && terraform apply -var project_id=acme-earth)',
    );
  });

  test('passwords from the metadata: the guide asks for them and says who reads them', () => {
    const hosting = virtualMachines.replace('clients', 'passwords: metadata, clients');
    const [readme, plain] = [readmeOf(resolveParts({ hosting })), readmeOf(resolveParts({ hosting: virtualMachines }))];
    expect(linesOf(readme)).toContain('read -rs TF_VAR_ingest_password && export TF_VAR_ingest_password');
    expect(readme).toContain('whoever reads either reads them');
    expect(readme).toContain('passwords are in Secret Manager too, where the machines lay them');
    expect(plain).not.toContain('TF_VAR_');
    expect(plain).toContain('passwords are in Secret Manager and in no file');
  });

  test('bootstrap: terraform: what is inside is let go before it is destroyed', () => {
    const byTerraform = linesOf(readmeOf(resolveParts({ hosting: '{ cloudSql: { bootstrap: terraform } }' })));
    const steps = (lines: readonly string[]) =>
      lines
        .slice(lines.findIndex((line) => line.startsWith('DB_PASSWORD=')))
        .flatMap((line) => /terraform (apply|destroy|state list)|DB_PASSWORD="\$\(/.exec(line)?.[0] ?? []);
    const last = ['DB_PASSWORD="$(', 'terraform apply'];
    expect(steps(byTerraform)).toEqual([...last, 'terraform state list', 'terraform destroy']);
    expect(steps(linesOf(readmeOf(resolveParts({}))))).toEqual([...last, 'terraform destroy']);
  });

  test('no point-in-time recovery, no protection: neither is spoken of', () => {
    const bare =
      '{ cloudSql: { availability: zonal, deletionProtection: false, backups: { pointInTimeRecovery: false } } }';
    const [readme, plain] = [readmeOf(resolveParts({ hosting: bare })), readmeOf(resolveParts({}))];
    expect(readme).not.toMatch(/instances clone|deletionProtection/);
    expect(plain).toContain(
      'gcloud sql instances clone acme-postgres acme-postgres-copy --project=acme-earth --point-in-time=',
    );
    expect(plain).toContain('set `deletionProtection: false` in the spec');
    for (const text of [readme, plain])
      expect(linesOf(text)).toContainEqual(expect.stringMatching(/terraform destroy/));
  });

  // The spec is compiled before it, so the guide that is read then has to apply too.
  test.each(['diskGb: 400', 'deletionProtection: false', 'passwords: metadata'])(
    'machines are applied before they are destroyed: %s',
    (keys) => {
      const readme = readmeOf(resolveParts({ hosting: virtualMachines.replace(' } }', `, ${keys} } }`) }));
      const isProtected = !keys.includes('deletionProtection');
      expect(readme.includes('set `deletionProtection: false` in the spec')).toBe(isProtected);
      const lines = (blocksOf(readme).find((block) => block.includes('terraform destroy')) ?? '').trim().split('\n');
      const commands = lines.map((line) => /^export TF_VAR_\w+="\$\(gcloud|cd \S+ && terraform \w+/.exec(line)?.[0]);
      expect(commands).toEqual([
        ...(keys === 'passwords: metadata' ? ['ingest', 'pgstac'] : []).map(
          (database) => `export TF_VAR_${database}_password="$(gcloud`,
        ),
        'cd terraform/postgres_vms && terraform apply',
        'cd terraform && terraform destroy',
        'cd terraform/postgres_vms && terraform destroy',
      ]);
    },
  );

  // gcloud and psql as programs that print; the rest is the guide's own lines, read by the shell and by our DSNs.
  test('the DSNs of the machines have no password, and psql is given one whole', () => {
    const lines = linesOf(readmeOf(resolveParts({ hosting: virtualMachines })));
    const chosen = lines.filter((line) => /^(export (PGSTAC|INGEST_DB)_DSN="host|PGPASSWORD=.* psql )/.test(line));
    expect(chosen).toHaveLength(4);
    const password = `it's \\ "a" $HOME $(id) '`;
    const programs = `gcloud() { printf %s "$SECRET"; }\npsql() { printf '%s\\0' "$1" "$PGPASSWORD"; }`;
    const env = { SECRET: password };
    const { stdout } = spawnSync('bash', ['-c', [programs, ...chosen].join('\n')], { encoding: 'utf8', env });
    const [ingest = '', first, pgstac = '', second] = stdout.split('\0');
    expect([first, second]).toEqual([password, password]);
    for (const dsn of [ingest, pgstac])
      expect(parseDsn(dsn, 'DSN')).toMatchObject({ host: 'localhost', password: null, tls: { mode: 'verify-full' } });
  });

  test('a pipeline of files beside the spec is not sent to pods that have none of them', () => {
    const readme = readmeOf(resolveParts(platforms['no schedules'] ?? {}));
    expect(linesOf(readme)).not.toContainEqual(expect.stringContaining('--with kubernetes'));
    expect(readme).toContain('No pod has the files that `sentinel2` reads');
  });

  test.each(['admission policy', 'operator'])(
    "in the cluster a flow needs no option but Metaflow's own: %s",
    (name) => {
      expect(linesOf(readmeOf(resolveParts(platforms[name] ?? {})))).toContain(
        'python metaflow_flows/sentinel2_ingestion_flow.py --with kubernetes run',
      );
    },
  );
});

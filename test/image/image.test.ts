import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { pgstacReleases } from '../../src/database/releases.ts';
import { buildImageTree, type ImageTree, runInImage } from '../support/image.ts';
import { describeWith } from '../support/needs.ts';
import { metaflow, pythonTool } from '../support/python.ts';
import { projectRoot } from '../support/root.ts';
import { runOrThrow } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';

const dockerfile = readFileSync(join(projectRoot, 'image/Dockerfile'), 'utf8');

/** As the Jobs' pods run it. */
const asJob = { readOnly: true, env: { HOME: '/tmp' } } as const;

describeWith(['buildah', 'mmdebstrap', 'namespaces', 'python'], "the runner's image", () => {
  let tree: ImageTree;
  beforeAll(async () => {
    tree = await buildImageTree();
  }, 900_000);

  const run = async (...command: string[]) => await runInImage(tree, command);

  test('takes every base image by tag and digest, and what stands in for Node is that version', async () => {
    const external = [...dockerfile.matchAll(/^FROM (\S+)(?: AS (\S+))?$/gm)].filter(([, from = '']) =>
      from.includes(':'),
    );
    expect(external.map(([, , name]) => name)).toEqual(['node', 'python']);
    for (const [, from] of external)
      expect(from).toMatch(
        /^[a-z]+:\d+\.\d+\.\d+-slim-bookworm@sha256:[0-9a-f]{64}$|^[a-z]+:\d+\.\d+\.\d+-bookworm-slim@sha256:[0-9a-f]{64}$/,
      );
    const version = /^FROM node:([\d.]+)/m.exec(dockerfile)?.[1];
    expect(await run('node', '--version')).toEqual({ code: 0, stdout: `v${version}\n`, stderr: '' });
    expect((await run('python', '--version')).stdout).toMatch(/^Python 3\.11\./);
  });

  test('is that of a user without rights, with what is said in its config', async () => {
    const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string };
    expect(tree.config).toMatchObject({ User: '1000:1000', WorkingDir: '/home/runner', Cmd: ['platform', '--help'] });
    expect(tree.config.Entrypoint).toBeUndefined();
    expect(tree.config.Env).toContain('METAFLOW_SKIP_INSTALL_DEPENDENCIES=1');
    expect(tree.config.Labels['org.opencontainers.image.version']).toBe(version);
    expect((await run('bash', '-c', 'id; touch /opt/platform/x /opt/venv/x /usr/local/bin/x')).stdout).toBe(
      'uid=1000(runner) gid=1000(runner) groups=1000(runner)\n',
    );
    expect((await run('bash', '-c', 'touch /opt/platform/x || touch /opt/venv/x || touch /usr/local/bin/x')).code).toBe(
      1,
    );
  });

  test('holds the command without what builds and tests it, and the code that V8 keeps', () => {
    const list = (folder: string) => readdirSync(join(tree.root, 'opt/platform', folder)).sort();
    expect(list('.')).toEqual(['LICENSE', 'dist', 'node_modules', 'package.json']);
    const lock = readFileSync(join(tree.root, 'opt/platform/node_modules/.package-lock.json'), 'utf8');
    const packages = Object.entries((JSON.parse(lock) as { packages: Record<string, { dev?: true }> }).packages);
    expect(packages.map(([path]) => path)).toContain('node_modules/pg');
    expect(packages.filter(([, { dev }]) => dev === true)).toEqual([]);
    expect(list('dist/cli').filter((name) => name.endsWith('.code'))).toHaveLength(2);
  });

  test('runs the command where nothing can be written', async () => {
    const mounts = { '/etc/platform': join(projectRoot, 'spec') };
    const validate = ['platform', 'validate', '--spec', '/etc/platform/platform.yaml'];
    expect(await runInImage(tree, validate, { ...asJob, mounts })).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining('rror'),
    });
    const compile =
      'platform compile --spec /etc/platform/platform.yaml --out /tmp/generated && cd /tmp && sha256sum generated/default/sql/*';
    const { code, stdout } = await runInImage(tree, ['bash', '-c', compile], { ...asJob, mounts });
    const sums = readdirSync(join(projectRoot, 'generated/default/sql'))
      .sort()
      .map((name) => {
        const text = readFileSync(join(projectRoot, 'generated/default/sql', name));
        return `${createHash('sha256').update(text).digest('hex')}  generated/default/sql/${name}`;
      });
    expect({ code, sums: stdout.split('\n').filter((line) => line.includes('  generated/')) }).toEqual({
      code: 0,
      sums,
    });
    expect((await runInImage(tree, ['touch', '/home/runner/x'], asJob)).stderr).toMatch(/Read-only file system/);
  });

  test("has the SQL of every pgSTAC release, where the command looks for an installed one's", async () => {
    const find = 'import importlib.util as u; print(u.find_spec("pypgstac").submodule_search_locations[0])';
    const folder = (await runInImage(tree, ['python3', '-c', find], asJob)).stdout.trim();
    const found = pgstacReleases.map(({ version }) => {
      const sql = readFileSync(join(tree.root, folder, 'migrations', `pgstac.${version}.sql`));
      return createHash('sha256').update(sql).digest('hex');
    });
    expect(found).toEqual(pgstacReleases.map(({ sha256 }) => sha256));
  });

  test("has what Metaflow's own bootstrap would install, which then installs nothing", async () => {
    const { python } = await pythonTool(metaflow);
    const ask =
      'from metaflow.metaflow_environment import MetaflowEnvironment as E; print(E(None)._get_install_dependencies_cmd("gs"))';
    const command = (await runOrThrow(python, ['-c', ask])).stdout.trim();
    const packages = / --disable-pip-version-check (.*); fi$/.exec(command)?.[1]?.split(' ') ?? [];
    expect(packages).toContain('simple-gcp-object-downloader');
    const look = `import importlib.metadata as m; print([m.version(name) for name in ${JSON.stringify(packages)}])`;
    expect((await run('python', '-c', look)).stderr).toBe('');
    const bootstrap = `set -e; ${command}; mkdir metaflow; cd metaflow; mkdir .metaflow; command -v download-gcp-object`;
    expect(await run('bash', '-c', bootstrap)).toEqual({
      code: 0,
      stdout: '/opt/venv/bin/download-gcp-object\n',
      stderr: '',
    });
    const installing = await run(
      'bash',
      '-c',
      `unset METAFLOW_SKIP_INSTALL_DEPENDENCIES; ${command.replaceAll('-qqq', '-qqq --retries=0 --ignore-installed')}`,
    );
    expect(installing.code).not.toBe(0);
  });

  test("runs a flow's code package, which brings Metaflow itself; the client of Kubernetes is not asked for", async () => {
    const { python } = await pythonTool(metaflow);
    const folder = makeTemporaryFolder('package');
    chmodSync(folder, 0o755);
    const file = 'sentinel2_ingestion_flow.py';
    const env = { PATH: process.env['PATH'], HOME: folder, USERNAME: 'test' };
    const flow = join(projectRoot, 'generated/default/metaflow_flows', file);
    const save = [flow, '--datastore=local', 'package', 'save', join(folder, 'job.tar')];
    const [, metadata = ''] =
      /with metadata: (.*)/.exec((await runOrThrow(python, save, { cwd: folder, env })).stderr) ?? [];
    const ask = `import sys; from metaflow.metaflow_environment import MetaflowEnvironment as E
print(" && ".join(E(None).get_package_commands("gs://bucket/package", "gs", sys.argv[1])[:-1]))`;
    const commands = (await runOrThrow(python, ['-c', ask, metadata])).stdout.replaceAll('\\"', '"');
    // In place of what asks Google Cloud Storage.
    const download = 'download-gcp-object() { cp /package/job.tar job.tar; }';
    const task = `export MFLOG_STDOUT=/tmp/log; ${download}; ${commands.trim()} && python ${file} --datastore=gs --metadata=local --with=kubernetes:image=runner:1 show`;
    const inPod = { KUBERNETES_SERVICE_HOST: '10.8.0.1', METAFLOW_DATASTORE_SYSROOT_GS: 'gs://bucket' };
    const shown = await runInImage(tree, ['bash', '-c', task], {
      mounts: { '/package': folder },
      env: { ...inPod, USERNAME: 'test' },
    });
    expect([shown.code, shown.stdout + shown.stderr]).toEqual([0, expect.stringContaining('Step download_items')]);
    expect((await run('python', '-c', 'import metaflow')).stderr).toContain('No module named');
    expect((await run('python', '-c', 'import kubernetes')).stderr).toContain('No module named');
  });
});

describeWith(['buildah', 'namespaces'], "the image's build context", () => {
  test('is what the Dockerfile copies: no secret, nothing built, nothing of git', async () => {
    const context = makeTemporaryFolder('context');
    const lay = (path: string) => {
      mkdirSync(dirname(join(context, path)), { recursive: true });
      writeFileSync(join(context, path), '');
    };
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    const kept = copied
      .map((name) => (name.includes('.') || name === 'LICENSE' ? name : `${name}/kept.ts`))
      .filter((name) => !name.startsWith('spec'));
    const left = [
      '.env',
      '.git/config',
      'node_modules/a/b.js',
      'dist/a.js',
      'key.json',
      'spec/secret.yaml',
      'docs/a.md',
    ];
    const more = [
      'generated/default/terraform/terraform.tfstate',
      'src/emit/a.generated.ts',
      'examples/a/platform.yaml',
    ];
    for (const path of [...kept, 'spec/platform.yaml', ...left, ...more]) lay(path);
    writeFileSync(join(context, '.dockerignore'), readFileSync(join(projectRoot, '.dockerignore')));
    const out = makeTemporaryFolder('copied');
    writeFileSync(join(out, 'Dockerfile'), 'FROM scratch\nCOPY . /\n');
    const store = makeTemporaryFolder('store');
    const options = ['--root', store, '--runroot', join(store, 'run'), '--storage-driver=vfs'];
    await runOrThrow('buildah', [
      ...options,
      'build',
      '--file',
      join(out, 'Dockerfile'),
      '--output',
      `type=local,dest=${out}/tree`,
      context,
    ]);
    const found = readdirSync(join(out, 'tree'), { recursive: true, withFileTypes: true });
    const files = found
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(out.length + 6));
    expect(files.sort()).toEqual([...kept, 'spec/platform.yaml'].sort());
  });
});

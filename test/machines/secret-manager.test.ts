import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openServer } from '../../src/database/server.ts';
import { withHosts } from '../support/hosts.ts';
import { describeWith } from '../support/needs.ts';
import { projectRoot } from '../support/root.ts';
import { type RunResult, runProcess } from '../support/run.ts';
import { makeTemporaryFolder } from '../support/temporary.ts';
import { inPod, nameSecret, readConfiguration, startWorld, type World, workload } from './world.fixture.ts';

type Variables = Readonly<Record<string, string>>;

describeWith(['postgres15', 'namespaces', 'python'], 'passwords and certificates of virtual machines', () => {
  let world: World;
  let pod: Variables;
  beforeAll(async () => {
    world = await startWorld();
    pod = { ...inPod, ...(await world.secretManager.accounts.pod(workload)) };
  });
  beforeEach(() => {
    world.secretManager.calls.splice(0);
  });

  /** `platform WORDS` with the DSNs of this environment, unless `env` has others. */
  const run = (words: readonly string[], env: Variables): Promise<RunResult> =>
    world.run([process.execPath, join(projectRoot, 'dist/cli/main.js'), ...words], {
      ...readConfiguration(world.environment),
      ...env,
    });

  /** The command fails with these words, and no secret is in what it says. */
  const fails = (env: Variables, ...said: readonly string[]) => hasFailed(run(['db', 'status'], env), ...said);
  async function hasFailed(running: Promise<RunResult>, ...said: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await running;
    for (const words of said) expect(stderr).toContain(words);
    expect([code, stdout]).toEqual([4, '']);
    expect(tells({ stdout, stderr })).toBe(false);
  }

  /** Whether anything that was printed holds a password, as it is or as JSON, a log or a URL would write it. */
  const tells = ({ stdout, stderr }: Pick<RunResult, 'stdout' | 'stderr'>): boolean =>
    Object.values(world.machines).some(({ password }) => {
      const base64 = Buffer.from(password).toString('base64');
      const forms = [password, JSON.stringify(password).slice(1, -1), encodeURIComponent(password), base64];
      return forms.some((form) => `${stdout}${stderr}`.includes(form));
    });

  const call = (database: 'ingest' | 'pgstac', kind: 'password' | 'ca') => nameSecret(database, kind);
  const asked = () => world.secretManager.calls.map(({ name }) => name.replace('/versions/latest', '')).sort();
  const all = [call('ingest', 'ca'), call('ingest', 'password'), call('pgstac', 'ca'), call('pgstac', 'password')];

  /** A DSN of the ingest machine with other words; hostaddr, so that any name leads somewhere. */
  const dsn = (words: Variables): string =>
    Object.entries({
      host: 'ingest-postgres.europe-west4-a.c.acme-fields.internal',
      hostaddr: world.machines.ingest.server.host,
      dbname: 'ingest',
      user: 'ingest_user',
      ...words,
    })
      .map(([key, value]) => `${key}='${value.replace(/[\\']/g, '\\$&')}'`)
      .join(' ');

  test('a pod reads those of both as its own workload; no debug log of Google’s has them', async () => {
    const logging = { GOOGLE_SDK_NODE_LOGGING: 'all', GRPC_TRACE: 'all', GRPC_VERBOSITY: 'DEBUG' };
    const { code, stdout, stderr } = await run(['db', 'status', '--format', 'json'], { ...pod, ...logging });
    expect({ code, complete: JSON.parse(stdout).complete }).toEqual({ code: 0, complete: true });
    expect(stderr).toContain('| subchannel_call |');
    // What the first of these would write, with the password as a list of bytes.
    expect(stderr).not.toContain('accessSecretVersion');
    expect(tells({ stdout, stderr })).toBe(false);
    expect(asked()).toEqual(all);
    expect(new Set(world.secretManager.calls.map(({ email }) => email))).toEqual(new Set([workload]));
  });

  test('whatever sslmode says, a stored password asks for a server that proves itself', async () => {
    expect(await run(['db', 'status'], { ...pod, INGEST_DB_DSN: dsn({ sslmode: 'disable' }) })).toMatchObject({
      code: 0,
    });
    expect(asked()).toEqual(all);
  });

  test('a server that somebody else named gets none', async () => {
    const others = [{ host: 'elsewhere.example' }, { user: 'somebody' }, { host: 'localhost', sslmode: 'require' }];
    await Promise.all(
      others.map((words) => fails({ ...pod, INGEST_DB_DSN: dsn(words) }, 'check the user and the password of the DSN')),
    );
    expect(asked()).not.toContain(call('ingest', 'password'));
  });

  test('a server that answers in the machine’s name gets none either', async () => {
    const impostor = { hostaddr: world.machines.pgstac.server.host };
    await fails({ ...pod, INGEST_DB_DSN: dsn(impostor) }, 'did not prove that it is the one');
    expect(await world.machines.pgstac.server.psql("SELECT count(*) FROM pg_roles WHERE rolname = 'ingest_user'")).toBe(
      '0',
    );
  });

  test('a name that is not in the certificate is refused, with a password that is given too', async () => {
    const file = join(makeTemporaryFolder('ca'), "the ca's.crt");
    await writeFile(file, world.machines.ingest.certificate);
    const given = { sslmode: 'verify-full', sslrootcert: file, password: world.machines.ingest.password };
    await fails(
      { ...pod, INGEST_DB_DSN: dsn({ ...given, host: 'other.internal' }) },
      'altnames',
      'check the host of the DSN',
    );
    expect(await run(['db', 'status'], { ...pod, INGEST_DB_DSN: dsn(given) })).toMatchObject({ code: 0 });
    expect(asked()).not.toContain(call('ingest', 'ca'));
  });

  test('a passfile goes before; one that others may read is passed over', async () => {
    const passfile = join(makeTemporaryFolder('passfile'), 'pgpass');
    const line = `*:*:ingest:ingest_user:${world.machines.ingest.password.replace(/[\\:]/g, '\\$&')}\n`;
    await writeFile(passfile, line, { mode: 0o600 });
    expect(await run(['db', 'status'], { ...pod, PGPASSFILE: passfile })).toMatchObject({ code: 0 });
    // The certificate is asked for all the same: the DSN says verify-full, and names none.
    expect(asked()).toEqual(all.filter((name) => name !== call('ingest', 'password')));

    const open = join(makeTemporaryFolder('passfile'), 'open');
    await writeFile(open, line, { mode: 0o644 });
    const { code, stderr } = await run(['db', 'status'], { ...pod, PGPASSFILE: open });
    expect([code, stderr]).toEqual([0, expect.stringContaining(`${open} is not used`)]);
  });

  describe('where they cannot be read', () => {
    /** All at once, since the last waits for most of its time. */
    let running: { readonly [Case in 'nobody' | 'unbound' | 'other' | 'silent']: Promise<RunResult> };
    beforeAll(async () => {
      const { accounts } = world.secretManager;
      const unbound = await accounts.pod(null);
      const other = await accounts.pod('other@acme-fields.iam.gserviceaccount.com');
      running = {
        nobody: run(['db', 'status'], {}),
        unbound: run(['db', 'status'], { ...pod, ...unbound }),
        other: run(['db', 'status'], { ...pod, ...other }),
        silent: runWithoutAnswer(),
      };
    });

    function runWithoutAnswer(): Promise<RunResult> {
      const command = [process.execPath, join(projectRoot, 'dist/cli/main.js'), 'db', 'status'];
      const spec = ['--spec', join(world.folder, 'platform.yaml')];
      const [program, args] = withHosts(['127.3.3.3 secretmanager.googleapis.com'], [...command, ...spec]);
      const env = { ...process.env, ...pod, ...readConfiguration(world.environment) };
      return runProcess(program, args, { env });
    }

    test('nobody is logged in', () =>
      hasFailed(
        running.nobody,
        'harvest-',
        'Could not load the default credentials',
        'gcloud auth application-default login',
      ));

    test('the pod’s account has no Workload Identity', () =>
      hasFailed(running.unbound, 'IAM returned 403', 'Workload Identity binding'));

    test('another account has no right', () =>
      hasFailed(running.other, 'secretmanager.versions.access', 'terraform/postgres_vms grants it'));

    test('Secret Manager does not answer', () => hasFailed(running.silent, 'no answer within 20 seconds'));
  });

  describe('where the machine says something else', () => {
    const addVersion = (kind: 'password' | 'ca', data: string) =>
      world.secretManager.addVersion(nameSecret('pgstac', kind), data);
    const restore = () => {
      addVersion('password', world.machines.pgstac.password);
      addVersion('ca', world.machines.pgstac.certificate);
    };

    test('it has not booted yet', async () => {
      world.secretManager.makeSecret(call('pgstac', 'password'));
      await fails(pod, 'harvest-pgstac-password', 'it has no version', 'when it first boots');
      restore();
    });

    test('somebody has disabled the version', async () => {
      world.secretManager.disable(call('pgstac', 'ca'));
      await fails(pod, 'harvest-pgstac-ca', 'DISABLED state', 'gcloud secrets versions add');
      restore();
    });

    test('the certificate is of another CA', async () => {
      addVersion('ca', world.machines.ingest.certificate);
      await fails(pod, 'PGSTAC_URI', 'certificate', 'did not prove that it is the one');
      restore();
    });

    test('one of the two secrets holds nothing of the kind', async () => {
      addVersion('ca', '');
      await fails(pod, 'PGSTAC_URI', 'holds no certificate');
      addVersion('ca', world.machines.pgstac.certificate);
      addVersion('password', '\n');
      await fails(pod, 'PGSTAC_URI', 'harvest-pgstac-password is empty', 'google_metadata_script_runner startup');
      restore();
    });

    test('the password is not the server’s, which does not hide the other one from `verify`', async () => {
      addVersion('password', 'wr0ng');
      const { code, stdout, stderr } = await run(['verify'], pod);
      restore();
      expect(code).toBe(4);
      expect(stdout).toMatch(/FAILED +pgstac +server .*PGSTAC_URI .*28P01/);
      expect(stdout).toMatch(/ok +ingest +rights/);
      expect(stderr).toContain('google_metadata_script_runner startup');
      expect(`${stdout}${stderr}`).not.toContain('wr0ng');
    });

    test('a newline behind the password is none of it, as for the machine', async () => {
      addVersion('password', `${world.machines.pgstac.password}\n`);
      expect(await run(['db', 'status'], pod)).toMatchObject({ code: 0 });
      restore();
    });
  });

  test('what is missing on a machine is its startup script’s to make, not its login’s', async () => {
    const { server } = world.machines.ingest;
    await server.psql('ALTER TABLE ingestion_log RENAME TO lost', 'ingest');
    const startup = (database: string) =>
      `gcloud compute ssh ${database}-postgres --tunnel-through-iap --zone=europe-west4-a --project=acme-fields --command='sudo google_metadata_script_runner startup'`;
    const commands = [['db', 'status'], ['verify'], ['ingest', 'fields'], ['db', 'init']];
    const said = await Promise.all(commands.map((words) => run(words, pod)));
    await server.psql('ALTER TABLE lost RENAME TO ingestion_log', 'ingest');
    expect(said.map(({ code }) => code)).toEqual([1, 1, 4, 4]);
    for (const { stderr } of said) {
      expect(stderr).toContain(`run \`${startup('pgstac')}\` and \`${startup('ingest')}\``);
      expect(stderr).not.toContain('platform db init');
    }
  });

  test('a password that is changed meanwhile is read again, once', async () => {
    const { server, certificate } = world.machines.ingest;
    await server.psql(`CREATE ROLE changing LOGIN PASSWORD 'first'`);
    const stored = ['first', 'second', 'wr0ng'];
    let read = 0;
    const database = await openServer(dsn({ user: 'changing' }), {
      variable: 'INGEST_DB_DSN',
      own: { readCertificate: async () => certificate, readPassword: async () => stored[read++] ?? '' },
    });
    const change = (password: string) =>
      server.psql(
        `ALTER ROLE changing PASSWORD '${password}'; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'changing'`,
      );
    const ask = () => database.session((session) => session.query('SELECT current_user::text AS who'));
    expect(await ask()).toEqual([{ who: 'changing' }]);
    await change('second');
    // The pool hears of the end of its idle connections a moment later.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await ask()).toEqual([{ who: 'changing' }]);
    expect(read).toBe(2);
    await change('third');
    await new Promise((resolve) => setTimeout(resolve, 200));
    await expect(ask()).rejects.toThrow('28P01');
    expect(read).toBe(3);
    await database.close();
  });
});

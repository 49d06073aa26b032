import { chmodSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { writeSpec } from '../../src/cli/commands/adopt.ts';
import { diff, project, write } from '../diff/project.ts';
import { startSqlAdmin } from '../support/sql-admin.ts';
import { setPath } from './by-hand.ts';
import { earth, spec } from './earth.ts';
import { type Alter, holdEarth } from './read.ts';

const server = await startSqlAdmin();
Object.assign(process.env, server.environment);
beforeEach(() => server.clear());

const file = () => join(project.folder, 'platform.yaml');
const read = () => readFileSync(file(), 'utf8');

async function adopt(...args: readonly string[]) {
  return await diff(['--against', 'live', '--adopt', ...args], { env: server.environment });
}

/** The spec after what was changed by hand was adopted, and that nothing differs then. */
async function adoptAll(alter: Alter, text = spec): Promise<string> {
  write('platform.yaml', text);
  holdEarth(server, alter);
  const { stdout, stderr } = await adopt();
  if (stdout !== 'No changes.\n') throw new Error(`${stdout}${stderr}`);
  return read();
}

const large = 'db-custom-8-32768';
const setTier: Alter = ({ instance }) => setPath(instance, 'settings.tier', large);

describe('--adopt writes', () => {
  test('only the bytes of a scalar that is there, beside its comment', async () => {
    const written = await adoptAll((primary, replica) => {
      setTier(primary, replica);
      for (const { instance } of [primary, replica]) setPath(instance, 'settings.databaseFlags.5.value', '250');
      setPath(primary.instance, 'settings.storageAutoResizeLimit', '800');
      setPath(primary.instance, 'settings.maintenanceWindow.day', 2);
    });
    expect(written).toBe(
      spec
        .replace('tier: db-custom-4-16384   #', `tier: ${large}   #`)
        .replace('"1000"', '"250"')
        .replace('limitGb: 500', 'limitGb: 800')
        .replace('day: sunday', 'day: tuesday'),
    );
  });

  test('a key that is not there last into its map, in its style', async () => {
    const written = await adoptAll((primary, replica) => {
      for (const { instance } of [primary, replica])
        setPath(instance, 'settings.databaseFlags.8', { name: 'work_mem', value: '8192' });
      setPath(primary.instance, 'settings.maintenanceWindow.updateTrack', 'week5');
      setPath(primary.instance, 'settings.backupConfiguration.startTime', '22:00');
      setPath(primary.instance, 'settings.insightsConfig.queryPlansPerMinute', 9);
      setPath(primary.instance, 'settings.insightsConfig.recordClientAddress', true);
    });
    expect(written).toBe(
      spec
        .replace('# slow ones\n', '# slow ones\n      work_mem: "8192"\n')
        .replace('hour: 4 }', 'hour: 4, track: week5 }')
        .replace(
          /(- \{ name: near.*\n)/,
          '$1    backups: { startTime: "22:00" }\n    insights: { queryPlansPerMinute: 9, recordClientAddress: true }\n',
        ),
    );
  });

  test('what a replica has of its own to that replica', async () => {
    const written = await adoptAll((_, { instance }) => {
      setPath(instance, 'settings.tier', large);
      setPath(instance, 'settings.databaseFlags.5.value', '5');
    });
    expect(written).toBe(
      spec.replace('tier: db-custom-4-16384 }', `tier: ${large}, flags: { log_min_duration_statement: "5" } }`),
    );
  });

  test('nothing where a key says more than runs: its line goes, and the comment above it stays', async () => {
    const text = spec.replace('    flags:\n', '    flags:\n      # for sorts\n      work_mem: "8192"\n');
    const written = await adoptAll(() => {}, text);
    expect(written).toBe(text.replace('      work_mem: "8192"\n', ''));
  });

  test('values that are valid only together', async () => {
    const written = await adoptAll(
      ({ instance }) => {
        setPath(instance, 'replicaNames', []);
        setPath(instance, 'settings.edition', 'ENTERPRISE_PLUS');
        setPath(instance, 'settings.tier', 'db-perf-optimized-N-4');
        setPath(instance, 'settings.dataCacheConfig.dataCacheEnabled', true);
      },
      spec.replace(/ {4}# Far.*\n {4}replicas:\n.*\n/, '    connectorEnforcement: false\n'),
    );
    expect(written).toContain('tier: db-perf-optimized-N-4   # the smallest');
    expect(written).toContain('    edition: enterprise-plus\n');
  });

  test('with the ends of lines, the mark and the mode that the file had', async () => {
    write('platform.yaml', `\ufeff${spec.replaceAll('\n', '\r\n')}`);
    chmodSync(file(), 0o640);
    holdEarth(server, setTier);
    await adopt();
    expect(read()).toBe(`\ufeff${spec.replace('db-custom-4-16384   #', `${large}   #`).replaceAll('\n', '\r\n')}`);
    expect(statSync(file()).mode & 0o777).toBe(0o640);
  });
});

describe('where there are environments, --adopt writes', () => {
  const of = (overlays: string) => `${spec}environments:\n${overlays}`;
  const hold = () => {
    holdEarth(server, setTier);
    const { primary } = earth();
    const [dev, prod] = ['dev', 'prod'].map((name) => {
      const instance = structuredClone(primary.instance) as Record<string, never>;
      const labels = { team: 'eo', platform: 'earth', environment: name };
      setPath(instance, 'settings.userLabels', labels);
      setPath(instance, 'replicaNames', []);
      if (name === 'dev') setPath(instance, 'settings.tier', large);
      return { ...primary, instance };
    });
    if (dev !== undefined) server.hold('earth-dev-postgres', dev);
    if (prod !== undefined) server.hold('earth-prod-postgres', prod);
  };

  test.each([
    [
      'into the overlay that says it',
      '  dev: { hosting: { cloudSql: { tier: db-custom-2-7680 } } } # small\n  prod: {}\n',
      `  dev: { hosting: { cloudSql: { tier: ${large} } } } # small\n  prod: {}\n`,
    ],
    [
      'into the overlay, where the base speaks for others too',
      '  dev: {}\n  prod: {}\n',
      `  dev: { hosting: { cloudSql: { tier: ${large} } } }\n  prod: {}\n`,
    ],
    [
      'into an overlay that is empty',
      '  dev:\n    gcp: { region: europe-west1 }\n  prod: {}\n',
      `  dev:\n    gcp: { region: europe-west1 }\n    hosting: { cloudSql: { tier: ${large} } }\n  prod: {}\n`,
    ],
  ])('%s', async (_, before, after) => {
    write('platform.yaml', of(before));
    hold();
    await adopt('--env', 'dev');
    expect(read()).toBe(of(after));
  });

  test('into the base, where it speaks for one alone', async () => {
    write('platform.yaml', of('  dev: {}\n'));
    hold();
    await adopt('--env', 'dev');
    expect(read()).toBe(of('  dev: {}\n').replace('db-custom-4-16384   #', `${large}   #`));
  });
});

describe('--adopt leaves the file', () => {
  const leave = async (alter: Alter) => {
    write('platform.yaml', spec);
    holdEarth(server, alter);
    const result = await adopt('--exit-code');
    expect({ code: result.code, text: read() }).toEqual({ code: 1, text: spec });
    return result;
  };

  test.each([
    ['is no valid spec', 'databaseVersion', 'POSTGRES_16', /no line of the spec does: the spec would have a mistake: /],
    [
      "is the platform's to say",
      'settings.userLabels.environment',
      'x',
      /does: the spec would have a mistake: the label environment is set by the platform/,
    ],
  ])('where what runs %s', async (_, path, value, reason) => {
    const { stdout } = await leave(({ instance }) => setPath(instance, path, value));
    expect(stdout.replace(/\s+/g, ' ')).toMatch(reason);
  });

  test('where it brings another difference', async () => {
    const text = spec.replace(', limitGb: 500', '');
    write('platform.yaml', text);
    holdEarth(server, ({ instance }) => {
      setPath(instance, 'settings.storageAutoResize', false);
      setPath(instance, 'settings.storageAutoResizeLimit', '0');
      setPath(instance, 'settings.dataDiskSizeGb', '180');
    });
    const { stdout } = await adopt();
    expect(stdout).toContain('no line of the spec does: cloudSql.instance disk.sizeGb would differ then\n');
    expect(read()).toBe(text);
  });

  test('where no key says it', async () => {
    const { stdout } = await leave(({ users }) => users.push({ name: 'bob', type: 'BUILT_IN' }));
    expect(stdout).toContain('no line of the spec does: who may log in is access.people');
  });

  test('but takes what it can', async () => {
    write('platform.yaml', spec);
    holdEarth(server, ({ instance }) => {
      setPath(instance, 'databaseVersion', 'POSTGRES_16');
      setPath(instance, 'settings.tier', large);
    });
    const { code, stderr } = await adopt('--exit-code');
    expect(code).toBe(1);
    expect(stderr).toContain(`adopted platform.yaml:8 hosting.cloudSql.tier: tier: ${large}\n`);
    expect(read()).toBe(spec.replace('db-custom-4-16384   #', `${large}   #`));
  });

  test('where its folder cannot be written to', async () => {
    write('platform.yaml', spec);
    write('platform.yaml.new/in-the-way', '');
    holdEarth(server, setTier);
    const { code, stderr } = await adopt();
    expect({ code, text: read() }).toEqual({ code: 4, text: spec });
    expect(stderr).toContain('platform.yaml cannot be written');
  });

  test('where another process changed it meanwhile', async () => {
    const { path, shown, text } = { path: file(), shown: 'platform.yaml', text: spec };
    write('platform.yaml', `${spec}# more\n`);
    await expect(writeSpec({ path, shown, text }, 'x')).rejects.toThrow('was changed meanwhile: nothing is written');
    expect(read()).toBe(`${spec}# more\n`);
  });
});

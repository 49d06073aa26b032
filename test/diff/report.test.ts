import { describe, expect, test } from '@jest/globals';
import type { Impact } from '../../src/diff/change.ts';
import { writeAcknowledgements } from '../../src/diff/format/acknowledgements.ts';
import { knownVersions } from '../../src/diff/providers.ts';
import { reportChanges } from '../../src/diff/report.ts';
import { listResources } from '../../src/diff/resources.ts';
import { reachesThreshold, type Threshold } from '../../src/diff/severity.ts';
import { resourceKinds } from '../../src/model/acknowledgements.ts';
import type { Acknowledgement, Platform } from '../../src/model/platform.ts';
import { readPlatform } from './platforms.ts';

const platform = readPlatform('full-cloud-sql.yaml');
const machines = readPlatform('full-virtual-machines.yaml');
const region = (acknowledgements: readonly Acknowledgement[] = [], from = platform): Platform => ({
  ...from,
  gcp: { ...from.gcp, region: 'europe-west4' },
  acknowledgements,
});
const meant: Acknowledgement = {
  change: 'cloudSql.instance',
  field: 'region',
  impact: 'replace',
  reason: 'empty anyway',
  until: '2026-12-31',
};
const report = (
  before: Platform | null,
  after: Platform | null,
  today = '2026-11-23',
  failOn: Threshold | null = null,
) => reportChanges([{ before, after, running: [knownVersions] }], { today, failOn, warnings: [] });

test('what the spec may acknowledge is what diff names', () => {
  for (const name of [...listResources(platform).keys(), ...listResources(machines).keys()]) {
    const [kind, own] = name.split(' ');
    expect({
      name,
      known: resourceKinds.some((one) => one.kind === kind && one.named === (own !== undefined)),
    }).toEqual({
      name,
      known: true,
    });
  }
});

describe('a threshold', () => {
  const rule = { id: '', reason: '', loss: null, source: '', provider: null };
  const reaching = (threshold: Threshold, loss: string | null = null) =>
    (['none', 'create', 'update', 'restart', 'replace', 'destroy', 'refused'] as Impact[]).filter((impact) =>
      reachesThreshold({ impact, rule: { ...rule, loss } }, threshold),
    );
  test('is reached by what is as bad or worse', () => {
    expect(reaching('restart')).toEqual(['restart', 'replace', 'destroy', 'refused']);
    expect(reaching('refused')).toEqual(['refused']);
  });
  test('losing data is as bad as a replacement, and a replacement that loses data as bad as a destruction', () => {
    expect(reaching('replace', 'backups')).toContain('update');
    expect(reaching('destroy', 'backups')).toEqual(['replace', 'destroy', 'refused']);
    expect(reaching('destroy')).toEqual(['destroy', 'refused']);
  });
});

describe('an acknowledgement', () => {
  const fails = (acknowledgement: Acknowledgement, today = '2026-11-23') => {
    const { changes, notes } = report(platform, region([acknowledgement]), today, 'replace');
    const change = changes.find(({ field }) => field === 'region');
    return {
      fails: change?.fails,
      standing: change?.acknowledged?.standing,
      notes: notes.map(({ message }) => message),
    };
  };

  test('counts through its last day', () => {
    expect(fails(meant)).toEqual({ fails: false, standing: 'valid', notes: [] });
    expect(fails(meant, '2026-12-31')).toEqual({ fails: false, standing: 'valid', notes: [] });
  });

  test('that expired does not, and is said', () => {
    expect(fails(meant, '2027-01-01')).toEqual({
      fails: true,
      standing: 'expired',
      notes: [expect.stringContaining('expired on 2026-12-31')],
    });
  });

  test('for longer than a year does not', () => {
    expect(fails({ ...meant, until: '2027-11-24' }).standing).toBe('valid');
    expect(fails({ ...meant, until: '2027-11-25' })).toMatchObject({ fails: true, standing: 'tooFar' });
  });

  test.each([
    ['another impact', { ...meant, impact: 'restart' as const }],
    ['another field', { ...meant, field: 'tier' }],
    ['another resource', { ...meant, change: 'cloudSql.alerts' }],
  ])('of %s does not, and fits nothing', (_, other) => {
    expect(fails(other)).toEqual({
      fails: true,
      standing: undefined,
      notes: [expect.stringContaining('can be taken out')],
    });
  });

  test('is no change itself', () => {
    expect(report(platform, { ...platform, acknowledgements: [meant] }).changes).toEqual([]);
  });

  test('of an environment that is gone is said in another', () => {
    const whole = {
      change: 'environment old',
      field: null,
      impact: 'destroy',
      reason: 'unused',
      until: '2026-12-31',
    } as const;
    const gone = { ...platform, environment: 'old' };
    const pairs = (said: readonly Acknowledgement[]) => [
      { before: platform, after: { ...platform, acknowledgements: said }, running: [knownVersions] },
      { before: gone, after: null, running: [knownVersions] },
    ];
    const options = { today: '2026-11-23', failOn: 'destroy', warnings: [] } as const;
    expect(reportChanges(pairs([]), options).changes.every(({ fails }) => fails)).toBe(true);
    const said = reportChanges(pairs([whole]), options);
    expect(said.changes.some(({ fails }) => fails)).toBe(false);
    expect(said.notes).toEqual([]);
    // Past its day it is said once, not once for each change.
    const late = reportChanges(pairs([whole]), { ...options, today: '2027-01-01' });
    expect(late.notes.map(({ message }) => message)).toEqual([
      'the acknowledgement of environment old expired on 2026-12-31: it does not count',
    ]);
    // What another environment says of its own instance is not said of this one's.
    const own = { ...whole, change: 'cloudSql.instance' };
    expect(reportChanges(pairs([own]), options).changes.every(({ fails }) => fails)).toBe(true);
  });

  test('of an environment that is still there covers nothing in it', () => {
    const whole = { ...meant, change: `environment ${platform.environment}`, field: null, impact: 'destroy' } as const;
    const { changes, notes } = report(
      platform,
      { ...platform, people: [], acknowledgements: [whole] },
      '2026-11-23',
      'destroy',
    );
    expect(changes.filter(({ fails }) => fails).map(({ resource }) => resource)).toEqual(
      platform.people.map(({ member }) => `person ${member}`).sort(),
    );
    expect(notes.map(({ message }) => message)).toEqual([expect.stringContaining('can be taken out')]);
  });

  test('that counts is taken before one that does not', () => {
    const expired = { ...meant, until: '2026-01-01' };
    expect(report(platform, region([expired, meant]), '2026-11-23', 'replace').changes.some(({ fails }) => fails)).toBe(
      false,
    );
  });
});

describe('what to paste', () => {
  const passing = report(platform, region(), '2026-11-23', 'refused');
  const replaced = report(platform, region(), '2026-11-23', 'replace');
  const kept = { ...meant, field: 'tier', impact: 'restart', reason: 'a "larger" one' } as const;

  test('is nothing where nothing fails', () => {
    expect(writeAcknowledgements(passing, { environments: [], until: '2026-12-23' })).toBeNull();
  });

  test('is one list, with what is there already', () => {
    const environments = [{ name: 'default', named: false, kept: [kept] }];
    const text = writeAcknowledgements(replaced, { environments, until: '2026-12-23' });
    expect(text).toContain(
      'acknowledgements:\n  - { change: cloudSql.instance, field: tier, impact: restart, reason: "a \\"larger\\" one", until: "2026-12-31" }\n  - { change: cloudSql.instance, field: region, impact: replace, reason: say why, until: "2026-12-23" }\n',
    );
  });

  test('goes below its environment where there are some', () => {
    const environments = [{ name: 'default', named: true, kept: [] }];
    const text = writeAcknowledgements(replaced, { environments, until: '2026-12-23' });
    expect(text).toMatch(/^environments:\n {2}default:\n {4}acknowledgements:\n {6}- \{ change: cloudSql\.instance,/);
  });
});

describe('what looks like a rename', () => {
  const notes = (before: Platform, after: Platform) => report(before, after).notes.map(({ message }) => message);

  test('is pointed out, with how to say so', () => {
    const [first, ...rest] = platform.workloads;
    const renamed = { ...platform, workloads: [...(first ? [{ ...first, name: 'runner' }] : []), ...rest] };
    expect(notes(platform, renamed)).toEqual([
      expect.stringMatching(/workload metaflow-task is removed and workload runner.*renamedFrom: metaflow-task/),
    ]);
  });

  test('of a pipeline and a person too', () => {
    const renamed = {
      ...platform,
      people: platform.people.map((person) =>
        person.kind === 'user' ? { ...person, member: 'user:anna@example.org', email: 'anna@example.org' } : person,
      ),
      pipelines: platform.pipelines.map((one) => (one.name === 'sar' ? { ...one, name: 'radar' } : one)),
    };
    expect(notes(platform, renamed)).toEqual([
      expect.stringContaining('person user:ana@example.org is removed'),
      expect.stringContaining('pipeline sar is removed'),
    ]);
  });

  test('a second rename, and one that is taken back, with every name it had', () => {
    const [first, ...rest] = platform.workloads;
    if (first === undefined) throw new Error('no workload');
    const named = (name: string, formerNames: readonly string[]) => ({
      ...platform,
      workloads: [{ ...first, name, formerNames }, ...rest],
    });
    expect(notes(named('runner', ['metaflow-task']), named('flows', []))).toEqual([
      expect.stringContaining('`renamedFrom: [metaflow-task, runner]`'),
    ]);
    expect(notes(named('runner', ['metaflow-task']), named('metaflow-task', []))).toEqual([
      expect.stringContaining('`renamedFrom: [metaflow-task, runner]`'),
    ]);
  });

  test('not of what differs in most', () => {
    const [first, ...rest] = platform.pipelines;
    const other = first && {
      ...first,
      name: 'other',
      className: 'Other',
      fileStem: 'other',
      judge: 'full' as const,
      schedule: null,
      shards: 7,
      connections: 8,
      shardBy: 'year' as const,
      method: 'insert' as const,
      download: { assets: ['thumbnail'], to: 'out', atOnce: 1 },
      reconcile: { mostDeleted: 0.5 },
      source: { kind: 'files' as const, files: ['x'] },
    };
    const after = { ...platform, pipelines: [...(other ? [other] : []), ...rest.slice(0, 1)] };
    expect(notes({ ...platform, pipelines: [...(first ? [first] : []), ...rest.slice(0, 1)] }, after)).toEqual([]);
  });

  test('of an environment, and of the platform', () => {
    const options = { today: '2026-11-23', failOn: null, warnings: [] };
    const pair = (before: Platform | null, after: Platform | null) => ({ before, after, running: [knownVersions] });
    const moved = reportChanges(
      [pair(null, { ...platform, environment: 'live' }), pair({ ...platform, environment: 'prod' }, null)],
      options,
    );
    expect(moved.notes.map(({ message }) => message)).toEqual([
      expect.stringContaining('environment prod is removed and live'),
    ]);
    expect(notes(platform, { ...platform, name: 'other' })).toEqual([expect.stringContaining('from full to other')]);
  });
});

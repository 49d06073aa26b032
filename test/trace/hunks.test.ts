import { expect, test } from '@jest/globals';
import type { Platform } from '../../src/model/platform.ts';
import { traceSteps } from '../../src/trace/hunks.ts';
import { listModelSteps } from '../../src/trace/steps.ts';
import { resolveText } from '../support/resolve.ts';

const spec = (tier: string, more = '') => `apiVersion: platform/v1
name: earth
gcp: { project: acme-earth, region: europe-west1, network: projects/acme-earth/global/networks/main }
hosting: { cloudSql: { tier: ${tier} } }
${more}`;
const small = resolveText(spec('db-custom-2-7680'));
const person = (name: string) =>
  `access: { people: [{ member: "user:${name}@example.org", grants: { pgstac: read } }] }\n`;

const traceChanges = (before: Platform, after: Platform) => traceSteps(listModelSteps(before, after, 100).steps);

function trace(before: Platform, after: Platform): readonly string[] {
  return traceChanges(before, after).flatMap(({ hunks }) =>
    hunks.map(({ path, removed, added }) => `${path}: ${removed.length} → ${added.length}`),
  );
}

test('nothing that differs writes nothing', () => {
  expect(traceChanges(small, small)).toEqual([]);
});

test('each field alone: a tier, and what is derived of it', () => {
  const traced = traceChanges(small, resolveText(spec('db-custom-8-32768')));
  expect(traced.map(({ hunks }) => hunks.map(({ path, removed, added }) => ({ path, removed, added })))).toEqual([
    [
      {
        path: 'terraform/instance.tf',
        removed: [expect.stringContaining('db-custom-2-7680')],
        added: [expect.stringContaining('db-custom-8-32768')],
      },
    ],
    [
      {
        path: 'terraform/monitoring.tf',
        removed: [expect.stringContaining('400')],
        added: [expect.stringContaining('600')],
      },
    ],
  ]);
});

test('a person who comes is seen in review order: Terraform, SQL, what the team reads', () => {
  const paths = trace(small, resolveText(spec('db-custom-2-7680', person('ana')))).map(
    (hunk) => hunk.split(':')[0] ?? '',
  );
  expect([...new Set(paths)]).toEqual([
    'terraform/main.tf',
    'sql/ingest-3-logins.sql',
    'sql/pgstac-5-logins.sql',
    'team/access.md',
    'team/offboarding.md',
    'team/pgadmin-servers.json',
  ]);
});

test('one who leaves while another comes are two changes, and neither writes for the other', () => {
  const [before, after] = ['ana', 'bob'].map((name) => resolveText(spec('db-custom-2-7680', person(name)))) as [
    Platform,
    Platform,
  ];
  const [gone, come] = traceChanges(before, after);
  expect(gone?.hunks.flatMap(({ added }) => added).join()).not.toContain('bob');
  expect(come?.hunks.flatMap(({ removed }) => removed).join()).not.toContain('ana@example.org"');
  expect(come?.hunks.flatMap(({ added }) => added).join()).toContain('bob');
});

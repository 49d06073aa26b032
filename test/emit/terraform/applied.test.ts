import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { describeWith } from '../../support/needs.ts';
import { projectRoot } from '../../support/root.ts';
import { makeTemporaryFolder } from '../../support/temporary.ts';
import { applyTerraform, type StateResource } from '../../support/terraform.ts';
import { writeTerraform } from './emitted.ts';
import { expectAlerts } from './expected-alerts.ts';
import { expectGrants, type Grant, unconditional } from './expected-grants.ts';
import { giveVariables, readFolderShape } from './folder-tests.ts';
import { listTerraformFolders, type TerraformFolder } from './folders.ts';

const folders = listTerraformFolders();
const names = folders.map(({ name }) => name);
const atOnce = 2;

/** Terraform's own evaluation of every committed folder and every variant, and not its text: `for_each` included. */
describeWith(['go', 'python'], 'what an apply makes', () => {
  const states = new Map<string, readonly StateResource[]>();

  beforeAll(async () => {
    const waiting = [...folders];
    const work = async () => {
      for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift())
        states.set(folder.name, await apply(folder));
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  }, 900_000);

  test.each(names)('%s: these IAM members and no others', (name) => {
    expect(readGrants(states.get(name) ?? [])).toEqual(expectGrants(...subject(name)));
  });

  test('a role on the whole project has a condition, or a reason to have none', () => {
    const given = [...states.values()].flatMap((resources) => Object.values(readGrants(resources)));
    const whole = given.filter(({ on, when }) => on.startsWith('project ') && when === null);
    expect([...new Set(whole.map(({ role }) => role))].sort()).toEqual(Object.keys(unconditional));
  });

  test.each(names)('%s: as many alerts as said, and each tells everybody who is to be told', (name) => {
    const alerts = (states.get(name) ?? []).filter(({ type }) => type === 'google_monitoring_alert_policy');
    expect(alerts.map(({ address }) => address).sort()).toEqual(expectAlerts(...subject(name)));
    const { notify, emails } = subject(name)[0].hosting.alerts;
    // A channel that is made for an address has its name from Google.
    const channels = [...notify, ...emails.map(() => 'some-name')];
    for (const { values } of alerts) expect(values['notification_channels'] ?? []).toEqual(channels);
  });
});

/** What a folder was made of, and which of the two folders it is. */
function subject(name: string): Parameters<typeof expectGrants> {
  const folder = folders.find((one) => one.name === name);
  if (folder === undefined) throw new Error(`no folder ${name}`);
  return [folder.platform, name.endsWith('/postgres_vms') ? 'postgres_vms' : 'terraform'];
}

async function apply(folder: TerraformFolder): Promise<readonly StateResource[]> {
  const shape = await readFolderShape(new Map([['variables.tf', folder.files.get('variables.tf') ?? '']]));
  const variables = giveVariables(shape).map(([name, value]) => `${name}=${value}`);
  return applyTerraform(write(folder), variables);
}

/** The folder, all that it reads from beside its `.tf` files included. */
function write({ name, platform, files }: TerraformFolder): string {
  const folder = copyCommitted(name) ?? join(writeTerraform(platform), name.replace(/^.*: /, ''));
  for (const [file, text] of files) writeFileSync(join(folder, file), sayOffline(text));
  return folder;
}

function copyCommitted(name: string): string | null {
  const committed = join(projectRoot, name);
  if (!existsSync(committed)) return null;
  const folder = makeTemporaryFolder('applied');
  cpSync(committed, folder, { recursive: true });
  return folder;
}

/**
 * What only Google knows is the same for all service accounts offline, and their own ids say which is which; nor has an
 * instance any names in DNS.
 */
function sayOffline(text: string): string {
  return text
    .replaceAll(/\b(google_service_account\.\w+(?:\[[\w.]+\])?|account)\.(?:member|email|name)\b/g, '$1.account_id')
    .replaceAll('each.value.dns_names', '[]');
}

/** Every resource that gives a right on something of Google Cloud, whatever its type. */
function readGrants(resources: readonly StateResource[]): Readonly<Record<string, Grant>> {
  const giving = resources.filter(({ type }) => /^google_.*_(iam|acl|access_control)(_|$)/.test(type));
  return Object.fromEntries(giving.map(({ address, values }) => [address, readGrant(values)]));
}

const things = ['instance', 'bucket', 'secret_id', 'service_account_id', 'project'];

function readGrant(values: StateResource['values']): Grant {
  const on = things.find((name) => values[name] !== undefined) ?? 'nothing known:';
  const [condition = null] = (values['condition'] ?? []) as readonly { readonly expression: string }[];
  return {
    role: String(values['role']),
    on: `${on} ${values[on]}`,
    to: String(values['member']),
    when: condition?.expression ?? null,
  };
}

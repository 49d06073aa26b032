import { suggestName } from '../../diagnostic/suggest.ts';
import { cloudSqlFlags } from './cloud-sql-flags.ts';
import { findSetting, postgresSettings, type SettingKind } from './postgres-settings.ts';
import type { Finding, RuleInput } from './rule.ts';

/**
 * Flags by name and value. Terraform and its provider pass any pair on, and the API refuses it at apply. Source: Cloud
 * SQL for PostgreSQL, 'Configure database flags'; PostgreSQL 15's own pg_settings.
 */
export function checkFlags({ value }: RuleInput): readonly Finding[] {
  const own = platformFlags(value);
  const sql = value.hosting.cloudSql;
  const sets: readonly (readonly [at: Finding['at'], flags: Flags | undefined])[] = [
    [['hosting', 'cloudSql', 'flags'], sql?.flags],
    ...(sql?.replicas ?? []).map(
      ({ flags }, index) => [['hosting', 'cloudSql', 'replicas', index, 'flags'], flags] as const,
    ),
  ];
  return sets.flatMap(([at, flags]) =>
    Object.entries(flags ?? {}).flatMap(([name, text]): readonly Finding[] => {
      const wanted = own[name];
      if (wanted === undefined) return checkFlag([...at, name], name, text);
      if (wanted === text) return [];
      const message = `${name} is ${JSON.stringify(text)}, and the platform needs ${wanted}`;
      return [{ code: 'PF209', at: [...at, name], message, hint: 'remove the flag: the platform sets it' }];
    }),
  );
}

type Flags = Readonly<Record<string, string>>;

/** The flags that the platform sets itself. */
function platformFlags(value: RuleInput['value']): Flags {
  const cron = value.databases?.pgstac?.extensions?.includes('pg_cron') === true;
  return {
    'cloudsql.iam_authentication': 'on',
    ...(cron ? { 'cloudsql.enable_pg_cron': 'on', 'cron.database_name': 'pgstac' } : {}),
  };
}

function checkFlag(at: Finding['at'], name: string, text: string): readonly Finding[] {
  const setting = findSetting(name);
  if (setting === undefined) return checkUnknown(at, name);
  if (setting.kind === 'preset') {
    const message = `${name} is fixed when PostgreSQL is built: no flag sets it`;
    return [{ code: 'PF212', at, onKey: true, message, hint: 'remove the flag' }];
  }
  // Cloud SQL's own bound, above PostgreSQL's 1.
  const bounded = name === 'max_connections' && setting.kind === 'integer' ? { ...setting, least: 14 } : setting;
  const wanted = wantedValue(bounded, text);
  if (wanted === null) return [];
  const message = `${name} cannot be ${JSON.stringify(text)}`;
  return [{ code: 'PF213', at, message, hint: `write ${wanted}` }];
}

/** A name with a dot may be a newer extension's: only one that is nearly a known one is a mistake. */
function checkUnknown(at: Finding['at'], name: string): readonly Finding[] {
  if (cloudSqlFlags.includes(name)) return [];
  const dotted = name.includes('.');
  const near = suggestName(name, dotted ? cloudSqlFlags : [...postgresSettings().keys()], 2);
  if (near === null && dotted) return [];
  const hint = near === null ? 'remove it: PostgreSQL 15 has no setting of this name' : `did you mean ${near}?`;
  const severity = dotted ? 'warning' : 'error';
  return [{ code: 'PF212', severity, at, onKey: true, message: `Cloud SQL has no flag ${name}`, hint }];
}

const yesOrNo = ['on', 'off', 'true', 'false', 'yes', 'no', '1', '0'];

/** What to write instead, or null where the text is right. */
function wantedValue(setting: SettingKind, text: string): string | null {
  switch (setting.kind) {
    case 'boolean':
      return yesOrNo.includes(text.toLowerCase()) ? null : '"on" or "off"';
    case 'integer':
    case 'number': {
      const form = setting.kind === 'integer' ? /^-?\d+$/ : /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;
      const number = Number(text);
      if (form.test(text) && number >= setting.least && number <= setting.most) return null;
      const what = setting.kind === 'integer' ? 'a whole number' : 'a number';
      const unit = setting.unit === '' ? '' : ` of ${setting.unit}`;
      const most = setting.most > 1e300 ? 'on' : `to ${setting.most}`;
      return `${what}${unit} from ${setting.least} ${most}, in quotes`;
    }
    case 'choice': {
      // PostgreSQL takes these too, and lists them nowhere.
      const unlisted = [
        ...(setting.values.includes('on') ? yesOrNo : []),
        ...(setting.values.includes('debug1') ? ['debug'] : []),
      ];
      const taken = [...setting.values, ...unlisted].map((value) => value.toLowerCase());
      if (taken.includes(text.toLowerCase())) return null;
      const near = suggestName(text, setting.values);
      return near === null ? `one of ${setting.values.join(', ')}` : JSON.stringify(near);
    }
    case 'text':
    case 'preset':
      return null;
    default:
      return setting satisfies never;
  }
}

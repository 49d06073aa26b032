import type { Acknowledgement } from '../../model/platform.ts';
import type { Report } from '../report.ts';
import { groupBy } from './groups.ts';

/** What the spec must say for nothing to fail, and where. */
export interface Paste {
  /** What it acknowledges, in each environment that is still in the spec. */
  readonly environments: readonly {
    readonly name: string;
    readonly named: boolean;
    /** Those it has already, which a list in an overlay would replace. */
    readonly kept: readonly Acknowledgement[];
  }[];
  /** The day it proposes, YYYY-MM-DD. */
  readonly until: string;
}

/** The YAML to paste for acknowledging what fails; null where nothing does. Every text is a JSON string, which is YAML. */
export function writeAcknowledgements({ changes }: Report, { environments, until }: Paste): string | null {
  const failing = changes.filter(({ fails }) => fails);
  if (failing.length === 0) return null;
  const byEnvironment = groupBy(failing, ({ environment }) => environment);
  const gone = [...byEnvironment.keys()].filter((name) => !environments.some((one) => one.name === name));
  const blocks = environments.flatMap((environment, index): string[] => {
    // One that is gone from the spec is acknowledged in the first of those that are there: its list is sure to be read.
    const removed =
      index > 0 ? [] : gone.map((name) => ({ change: `environment ${name}`, field: null, impact: 'destroy' }));
    const own = (byEnvironment.get(environment.name) ?? []).map(({ resource, field, impact }) => ({
      change: resource,
      field,
      impact,
    }));
    const fresh = [...removed, ...own].map((one) => ({ ...one, until }));
    return fresh.length === 0 ? [] : writeBlock(environment, fresh);
  });
  const named = environments.some((one) => one.named);
  return `${[...(named ? ['environments:'] : []), ...blocks].join('\n')}\n`;
}

/** The whole list of one environment, since one in an overlay replaces the base's. */
function writeBlock({ name, named, kept }: Paste['environments'][number], fresh: readonly Entry[]): string[] {
  const isFresh = (one: Entry) =>
    fresh.some(({ change, field, impact }) => change === one.change && field === one.field && impact === one.impact);
  const lines = [...kept.filter((one) => !isFresh(one)), ...fresh].map(writeEntry);
  return named
    ? [`  ${name}:`, '    acknowledgements:', ...lines.map((line) => `      ${line}`)]
    : ['acknowledgements:', ...lines.map((line) => `  ${line}`)];
}

interface Entry {
  readonly change: string;
  readonly field: string | null;
  readonly impact: string;
  readonly reason?: string;
  readonly until: string;
}

function writeEntry({ change, field, impact, reason, until }: Entry): string {
  const parts = [
    `change: ${quote(change)}`,
    ...(field === null ? [] : [`field: ${quote(field)}`]),
    `impact: ${impact}`,
    `reason: ${quote(reason ?? 'say why')}`,
    `until: ${quote(until)}`,
  ];
  return `- { ${parts.join(', ')} }`;
}

/** Plain where YAML reads it as the same text. */
function quote(text: string): string {
  return /^[A-Za-z][\w.@/-]*( [A-Za-z][\w.@/-]*)*$/.test(text) && !/^(true|false|null|yes|no)$/i.test(text)
    ? text
    : JSON.stringify(text);
}

import { describeValues } from '../diff/format/values.ts';
import { describeAcknowledged } from '../diff/format/verdict.ts';
import type { Report, ReportedChange } from '../diff/report.ts';
import type { ViewChange, ViewChanges } from './changes.ts';

/** What a report says of one environment; its order, the worst first, stays. */
export function listChanges(report: Report, environment: string, against: string): ViewChanges {
  const notes = report.notes.filter((note) => note.environment === null || note.environment === environment);
  return {
    against,
    problem: null,
    changes: listOwn(report, environment),
    notes: [...report.warnings, ...notes.map(({ message }) => message)],
  };
}

/** What a report says of environments that are no longer in the spec. */
export function listGone(report: Report, environments: readonly string[]) {
  const names = new Set(report.changes.map(({ environment }) => environment));
  return [...names]
    .filter((name) => !environments.includes(name))
    .map((name) => ({ name, changes: listOwn(report, name) }));
}

function listOwn({ changes }: Report, environment: string): readonly ViewChange[] {
  return changes.filter((change) => change.environment === environment).map(viewChange);
}

function viewChange(change: ReportedChange): ViewChange {
  const { resource, field, before, after, impact, rule, places, files } = change;
  const words = describeAcknowledged(change);
  return {
    resource,
    field,
    // A resource as a whole is made or gone: all its fields would say no more.
    values:
      field === null
        ? { kind: 'whole', before: before === null ? '(none)' : 'there', after: after === null ? '(none)' : 'there' }
        : describeValues(field, before, after),
    impact,
    rule: { id: rule.id, reason: rule.reason, loss: rule.loss, source: rule.source },
    acknowledged: words === null ? null : { counts: change.acknowledged?.standing === 'valid', words },
    places: places.map(({ path, kind, file, line }) => ({ path, file, line, gone: kind === 'gone' })),
    files: files.map(({ path, kind, lines }) => ({ path, kind, lines })),
  };
}

import { isDay, resourceKinds } from '../acknowledgements.ts';
import type { Finding, RuleInput } from './rule.ts';

type Written = NonNullable<RuleInput['value']['acknowledgements']>[number];

/** Acknowledgements that could never count, whatever changes. Whether a date is past is diff's to say: it has a clock. */
export function checkAcknowledgements({ value }: RuleInput): readonly Finding[] {
  const seen = new Map<string, number>();
  return (value.acknowledgements ?? []).flatMap((one, index) => {
    const at = ['acknowledgements', index];
    const key = JSON.stringify([one.change, one.field ?? null, one.impact]);
    const first = seen.get(key);
    seen.set(key, first ?? index);
    return [
      ...checkDate(one, at),
      ...checkResource(one, at),
      ...checkFit(one, at),
      ...(first === undefined ? [] : [explainTwice(one, at, ['acknowledgements', first])]),
    ];
  });
}

function checkDate({ until }: Written, at: Finding['at']): readonly Finding[] {
  if (isDay(until)) return [];
  const hint = 'write the last day on which it counts, e.g. 2026-12-31';
  return [{ code: 'PF230', at: [...at, 'until'], message: `${until} is no day of the calendar`, hint }];
}

function checkResource({ change }: Written, at: Finding['at']): readonly Finding[] {
  const [kind = '', name] = change.split(' ');
  const known = resourceKinds.find((one) => one.kind === kind);
  if (known !== undefined && known.named === (name !== undefined)) return [];
  const kinds = resourceKinds.map((one) => (one.named ? `${one.kind} NAME` : one.kind)).join(', ');
  const message =
    known === undefined
      ? `no platform has a ${JSON.stringify(change)}`
      : known.named
        ? `which ${kind} is not said`
        : `there is one ${kind}: it has no name`;
  return [{ code: 'PF231', at: [...at, 'change'], message, hint: `write what diff prints: one of ${kinds}` }];
}

/** A resource as a whole is made or destroyed; everything else happens to a field. */
function checkFit({ change, field, impact }: Written, at: Finding['at']): readonly Finding[] {
  if (change.startsWith('environment ')) {
    if (field === undefined && impact === 'destroy') return [];
    const message = 'an environment is acknowledged as a whole, and destroyed';
    return [{ code: 'PF233', at: [...at, 'change'], message, hint: 'write impact: destroy and no field' }];
  }
  if (field !== undefined || impact === 'destroy') return [];
  const message = `${change} as a whole is never ${impact === 'refused' ? 'refused' : `a ${impact}`}`;
  return [{ code: 'PF233', at: [...at, 'impact'], message, hint: 'add the field that diff prints beside it' }];
}

function explainTwice({ change, field }: Written, at: Finding['at'], first: Finding['at']): Finding {
  return {
    code: 'PF232',
    at: [...at, 'change'],
    message: `${[change, field].filter((part) => part !== undefined).join(' ')} is acknowledged twice`,
    hint: 'keep one of them',
    related: { at: [...first, 'change'], message: 'the other one is here' },
  };
}

/** Every code a diagnostic can have, with what it means. A code is never used again for something else. */
export const catalog = {
  PF001: 'Not UTF-8',
  PF002: 'Not valid YAML',
  PF003: 'A key stands twice in one map',
  PF004: 'A YAML feature a spec cannot have',
  PF101: 'A key the spec does not know',
  PF102: 'A required key is missing',
  PF103: 'A value of the wrong type',
  PF104: 'Not one of the values allowed',
  PF105: 'A value of the wrong form',
  PF106: 'A value out of bounds',
  PF107: 'Exactly one of several keys is wanted',
  PF110: 'A secret stands in the spec',
  PF201: 'A reference to something that is not in the spec',
  PF202: 'A zone outside the region',
  PF203: 'A tier that Cloud SQL does not have',
  PF204: 'Values that do not fit each other',
  PF205: 'A Kubernetes version too old for what is asked',
  PF206: 'Two things that would have the same name',
  PF207: 'Something is asked that another key must provide',
  PF208: 'An address range that is none',
  PF209: 'A flag that the platform sets itself',
  PF210: 'A place or time that is none',
  PF211: 'Something that is not available yet',
} as const;

export type Code = keyof typeof catalog;

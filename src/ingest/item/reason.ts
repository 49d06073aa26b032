import type { JsonFaultCode } from '../json/fault.ts';

/** Why an item is in quarantine. Stored as it is in `platform.quarantine.reason`: add freely, rename nothing. */
export type Reason = JsonFaultCode | keyof typeof ownReasons;

const ownReasons = {
  /** A catalog's link leads nowhere. */
  brokenLink: true,
  notAnItem: true,
  badCollection: true,
  badId: true,
  noCollection: true,
  unknownCollection: true,
  noGeometry: true,
  badGeometry: true,
  noDatetime: true,
  badDatetime: true,
  endBeforeStart: true,
  badProperties: true,
  badAssets: true,
  badLinks: true,
  badVersion: true,
  badExtensions: true,
  badBbox: true,
  /** Of `method: insert`: its id is there already. */
  alreadyLoaded: true,
  /** A JSON Schema is not content (`judge: full`). */
  schemaFault: true,
  /** A JSON Schema that the item names is not to be had, so that nobody can say. */
  schemaMissing: true,
  /** Sound by every rule here, and yet PostgreSQL would not have it. */
  refusedByDatabase: true,
} as const;

export const reasons: Readonly<Record<Reason, true>> = {
  notJson: true,
  notUtf8: true,
  tooDeep: true,
  tooLarge: true,
  nulCharacter: true,
  numberOutOfRange: true,
  ...ownReasons,
};

export function isReason(text: string): text is Reason {
  return Object.hasOwn(reasons, text);
}

/** How each schema begins in the message of `schemaMissing`; its address for %. */
export const MISSING_SCHEMA = 'the schema % is missing: ';

/** What is wrong with an item, in a stable word and for people. */
export interface Fault {
  readonly reason: Reason;
  readonly message: string;
}

/** Thrown by the parts of the judge, caught by `judgeDocument`: the first fault decides. */
export class ItemFault extends Error {
  readonly reason: Reason;

  constructor(reason: Reason, message: string) {
    super(message);
    this.name = 'ItemFault';
    this.reason = reason;
  }
}

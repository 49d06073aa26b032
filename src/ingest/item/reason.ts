import type { JsonFaultCode } from '../json/fault.ts';

/** Why an item is in quarantine. Stored as it is in `platform.quarantine.reason`: add freely, rename nothing. */
export type Reason =
  | JsonFaultCode
  | 'tooLarge'
  /** A catalog's link leads nowhere. */
  | 'brokenLink'
  | 'notAnItem'
  | 'badCollection'
  | 'badId'
  | 'noCollection'
  | 'unknownCollection'
  | 'noGeometry'
  | 'badGeometry'
  | 'noDatetime'
  | 'badDatetime'
  | 'endBeforeStart'
  | 'badProperties'
  | 'badAssets'
  | 'badLinks'
  | 'badVersion'
  | 'badExtensions'
  | 'badBbox'
  /** Of `method: insert`: its id is there already. */
  | 'alreadyLoaded'
  /** A JSON Schema is not content (`judge: full`). */
  | 'schemaFault'
  /** A JSON Schema that the item names is not to be had, so that nobody can say. */
  | 'schemaMissing'
  /** Sound by every rule here, and yet PostgreSQL would not have it. */
  | 'refusedByDatabase';

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

/** Why bytes are not JSON that PostgreSQL's jsonb can hold. */
export type JsonFaultCode = 'notJson' | 'notUtf8' | 'tooDeep' | 'tooLarge' | 'nulCharacter' | 'numberOutOfRange';

export interface JsonFault {
  readonly code: JsonFaultCode;
  readonly message: string;
  /** Offset of the byte where it was seen. */
  readonly offset: number;
}

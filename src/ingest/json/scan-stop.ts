import type { JsonFault, JsonFaultCode } from './fault.ts';

/** Thrown within a scan only, to leave it from any depth of calls. */
export class ScanStop {
  readonly fault: JsonFault;
  constructor(code: JsonFaultCode, message: string, offset: number) {
    this.fault = { code, message, offset };
  }
}

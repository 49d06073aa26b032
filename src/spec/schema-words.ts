import type { SchemaNode } from './schema.ts';

/** As much of one of Ajv's errors as is told; Ajv itself is loaded by one file alone. */
export interface SchemaError {
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
  /** The value that is refused, and the schema that refuses it. */
  readonly data?: unknown;
  readonly parentSchema?: object;
  /** Set where a map's key is refused, not its value. */
  readonly propertyName?: string;
}

/** A value as a message shows it: text in quotes and cut, a map or list by its kind. */
export function quote(value: unknown): string {
  if (typeof value === 'object' && value !== null) return nameKind(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** What a value is, with its article. */
export function nameKind(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : typeof value === 'string' ? 'text' : `a ${typeof value}`;
}

/** What a field is for, with an example, as the hint of a mistake in it. */
export function exampleOf(field: SchemaNode): { hint?: string } {
  const first = field.examples?.[0];
  const shown = first === undefined ? '' : ` e.g. ${JSON.stringify(first)}`;
  const hint = `${field.description ?? ''}${shown}`.trim();
  return hint === '' ? {} : { hint };
}

import { isFragment, type Language } from '../print/fragment.ts';

// What the functions of templates.generated.ts are made of (scripts/compile-template.mjs). All throw on what no printer
// made and on a name that the view does not have: bugs of an emitter, never a user's mistakes.

/** A value by name. Its own, so that no hole prints what every object has. */
export function own(view: unknown, name: string): unknown {
  if (typeof view !== 'object' || view === null || !Object.hasOwn(view, name)) throw new Error(`there is no ${name}`);
  return (view as Readonly<Record<string, unknown>>)[name];
}

/** The text of a fragment of the template's language. */
export function hole(value: unknown, language: Language): string {
  if (!isFragment(value)) throw new TypeError(`${describe(value)} in a hole of ${language}`);
  if (value.language !== language) throw new TypeError(`a ${value.language} fragment in a hole of ${language}`);
  return value.text;
}

/** Whether a condition holds: not for false, null and a list of nothing. */
export function isSet(value: unknown): boolean {
  if (typeof value === 'boolean' || value === null) return value === true;
  if (typeof value !== 'object') throw new TypeError(`${describe(value)} as a condition`);
  return !Array.isArray(value) || value.length > 0;
}

/** What `write` makes of each item, else what `otherwise` makes. */
export function each(list: unknown, write: (item: unknown) => string, otherwise: () => string): string {
  if (!Array.isArray(list)) throw new TypeError(`${describe(list)} where a list is wanted`);
  if (list.length === 0) return otherwise();
  let text = '';
  for (const item of list) text += write(item);
  return text;
}

/** Each line with `spaces` before it; what follows the last line break is a line only if it holds something. */
export function indent(text: string, spaces: string): string {
  if (spaces === '') return text;
  const indented = `${text === '' ? '' : spaces}${text.replaceAll('\n', `\n${spaces}`)}`;
  return text.endsWith('\n') ? indented.slice(0, -spaces.length) : indented;
}

function describe(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : `a bare ${typeof value}`;
}

import Handlebars from 'handlebars/runtime.js';
import { type Fragment, isFragment, type Language } from '../print/fragment.ts';
import { templates } from './templates.generated.ts';

/** What a template is given: fragments of its one language, and booleans, lists and groups of them. */
export type View<L extends Language> =
  | Fragment<L>
  | boolean
  | null
  | readonly View<L>[]
  | { readonly [key: string]: View<L> };

export type TemplateName = keyof typeof templates;

const handlebars = Handlebars.create();
const ready = new Map<string, Handlebars.TemplateDelegate>();
for (const [name, specification] of Object.entries(templates)) {
  const template = handlebars.template(specification as TemplateSpecification);
  ready.set(name, template);
  handlebars.registerPartial(name, template);
}

/** Renders one template. Throws (a bug, never a user's mistake) on a bare string, a number, or another language's fragment. */
export function renderTemplate<L extends Language>(name: TemplateName, language: L, view: View<L>): string {
  refuseBareValues(view, language, String(name));
  const template = ready.get(String(name));
  if (template === undefined) throw new Error(`no template ${String(name)}`);
  return template(view);
}

function refuseBareValues(value: unknown, language: Language, where: string): void {
  if (value === null || typeof value === 'boolean') return;
  if (isFragment(value)) {
    if (value.language !== language) throw new TypeError(`${where}: a ${value.language} fragment in a ${language} template`);
    return;
  }
  if (typeof value !== 'object') throw new TypeError(`${where}: a bare ${typeof value} in a ${language} template`);
  for (const [key, item] of Object.entries(value)) refuseBareValues(item, language, `${where}.${key}`);
}

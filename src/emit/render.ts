import type Handlebars from 'handlebars';
import runtime from 'handlebars/runtime.js';
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

/** Handlebars without its compiler; the package types only the whole. */
const handlebarsRuntime = runtime as unknown as typeof Handlebars;

type Renderer<Name> = <L extends Language>(name: Name, language: L, view: View<L>) => string;

/**
 * A renderer of precompiled templates, which are each other's partials. Rendering throws (a bug, never a user's mistake)
 * on a bare string or number, another language's fragment, a list or group in a hole, and a name that the view does not
 * have, in conditions too, where Handlebars' own strict mode would take it for false.
 */
export function makeRenderer<Name extends string>(specifications: Readonly<Record<Name, unknown>>): Renderer<Name> {
  const handlebars = handlebarsRuntime.create();
  const ready = new Map<string, Handlebars.TemplateDelegate>();
  for (const [name, specification] of Object.entries(specifications)) {
    const template = handlebars.template(specification as TemplateSpecification);
    ready.set(name, template);
    handlebars.registerPartial(name, template);
  }
  return (name, language, view) => {
    const template = ready.get(name);
    if (template === undefined) throw new Error(`no template ${name}`);
    return template(guardView(view, language, name));
  };
}

/** Renders one template of `templates/`, by its path there without `.hbs`. Throws as `makeRenderer` says. */
export const renderTemplate: Renderer<TemplateName> = makeRenderer(templates);

/** The view as the template sees it, checked through and through. */
function guardView(value: unknown, language: Language, where: string): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (isFragment(value)) {
    if (value.language !== language)
      throw new TypeError(`${where}: a ${value.language} fragment in a ${language} template`);
    return value;
  }
  if (typeof value !== 'object') throw new TypeError(`${where}: a bare ${typeof value} in a ${language} template`);
  if (Array.isArray(value)) {
    const items = value.map((item, index) => guardView(item, language, `${where}.${index}`));
    // Without a prototype it has no toString, so that a hole cannot print it.
    return Object.setPrototypeOf(items, null);
  }
  const group: Record<string, unknown> = Object.create(null);
  for (const [key, item] of Object.entries(value)) group[key] = guardView(item, language, `${where}.${key}`);
  return new Proxy(group, { get: (target, key) => readOwn(target, key, where) });
}

function readOwn(group: Record<string, unknown>, key: string | symbol, where: string): unknown {
  // Handlebars and a conversion to text ask for symbols (an iterator, a primitive); a view has none.
  if (typeof key === 'symbol') return undefined;
  if (Object.hasOwn(group, key)) return group[key];
  throw new Error(`${where} has no ${key}`);
}

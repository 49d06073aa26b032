import type { Fragment, Language } from '../print/fragment.ts';
import { indent } from './template-runtime.ts';
import { templates } from './templates.generated.ts';

/** What a template is given: fragments of its one language, and booleans, lists and groups of them. */
export type View<L extends Language> =
  | Fragment<L>
  | boolean
  | null
  | readonly View<L>[]
  | { readonly [key: string]: View<L> };

export type TemplateName = keyof typeof templates;

/** Writes another template of the same language where one names it, each line after `spaces`. */
type Partial = (name: string, view: unknown, language: Language, spaces: string) => string;

/** As `scripts/compile-template.mjs` makes it of a template. */
export type Template = (view: unknown, language: Language, partial: Partial) => string;

type Renderer<Name> = <L extends Language>(name: Name, language: L, view: View<L>) => string;

/**
 * A renderer of templates that are each other's partials. Rendering throws (a bug, never a user's mistake) on a bare
 * string or number, another language's fragment, a list or group in a hole, and a name that the view does not have, in
 * conditions too.
 */
export function makeRenderer<Name extends string>(compiled: Readonly<Record<Name, Template>>): Renderer<Name> {
  const ready: ReadonlyMap<string, Template> = new Map(Object.entries(compiled));
  const write: Partial = (name, view, language, spaces) => {
    const template = ready.get(name);
    if (template === undefined) throw new Error(`no template ${name}`);
    return indent(template(view, language, write), spaces);
  };
  return (name, language, view) => {
    try {
      return layFlat(write(name, view, language, ''));
    } catch (cause) {
      throw new Error(`${name}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
  };
}

/**
 * The same text. V8 keeps what was put together as a tree of its parts until a character of it is asked for: the trees
 * of all files of a large spec, kept until they are hashed, would be moved by each garbage collection between.
 */
function layFlat(text: string): string {
  text.charCodeAt(0);
  return text;
}

/** Renders one template of `templates/`, by its path there without `.hbs`. Throws as `makeRenderer` says. */
export const renderTemplate: Renderer<TemplateName> = makeRenderer(templates);

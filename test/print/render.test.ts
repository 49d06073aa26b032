import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { compileTemplate } from '../../scripts/compile-template.mjs';
import { makeRenderer, renderTemplate, type Template, type TemplateName, type View } from '../../src/emit/render.ts';
import * as runtime from '../../src/emit/template-runtime.ts';
import { templates } from '../../src/emit/templates.generated.ts';
import { isFragment, joinFragments } from '../../src/print/fragment.ts';
import { hclBoolean, hclString, hclStrings } from '../../src/print/hcl.ts';
import { makeFragment } from '../../src/print/make-fragment.ts';
import { yamlValue } from '../../src/print/yaml.ts';
import { projectRoot } from '../support/root.ts';

const sources = {
  hole: 'a = {{x}}\n',
  path: '{{a.x}}',
  each: '{{#each list}}{{x}};{{/each}}',
  plainEach: '{{#each list}}{{this}};{{else}}none{{/each}}',
  outer: '{{#each list}}{{../x}}{{/each}}',
  if: '{{#if x}}yes{{else}}no{{/if}}',
  unless: '{{#unless x}}no{{/unless}}',
  inIf: '{{#if on}}{{x}}{{/if}}',
  partial: '[{{> hole}}]',
  eachPartial: '{{#each list}}{{> hole}}{{/each}}',
  method: '{{toString}}',
} as const;

/** As `scripts/generate.mjs` compiles the real ones. */
function compile(source: string, indentPartials = false): Template {
  const code = compileTemplate(source, { indentPartials });
  return new Function(...Object.keys(runtime), `return ${code}`)(...Object.values(runtime));
}

const render = makeRenderer(
  Object.fromEntries(Object.entries(sources).map(([name, source]) => [name, compile(source)])) as Record<
    keyof typeof sources,
    Template
  >,
);
const renderHcl = (name: keyof typeof sources, view: unknown) => render(name, 'hcl', view as View<'hcl'>);
const a = hclString('a');

describe('a view of fragments', () => {
  test('is rendered, without any escaping of its own', () => {
    expect(renderHcl('hole', { x: hclString('<&"\'>${x}') })).toBe('a = "<&\\"\'>$${x}"\n');
    expect(renderHcl('path', { a: { x: a } })).toBe('"a"');
    expect(renderHcl('each', { list: [{ x: a }, { x: hclBoolean(true) }] })).toBe('"a";true;');
    expect(renderHcl('plainEach', { list: [a, hclStrings(['b', 'c'])] })).toBe('"a";["b", "c"];');
    expect(renderHcl('plainEach', { list: [] })).toBe('none');
    expect(renderHcl('outer', { list: [a, a], x: a })).toBe('"a""a"');
    expect(renderHcl('partial', { x: a })).toBe('[a = "a"\n]');
    expect(renderHcl('eachPartial', { list: [{ x: a }] })).toBe('a = "a"\n');
  });

  test('and a partial is indented where depth is meaning', () => {
    const inner = compile('a: {{x}}\n\nb\n');
    for (const [indentPartials, text] of [
      [true, 'c:\n  a: "a"\n  \n  b\n'],
      [false, 'c:\n  a: "a"\n\nb\n'],
    ] as const) {
      const outer = compile('c:\n  {{> inner}}\n', indentPartials);
      expect(makeRenderer({ inner, outer })('outer', 'hcl', { x: a })).toBe(text);
    }
  });

  test('conditions take fragments, booleans, null, lists and groups', () => {
    for (const x of [a, true, [a], { y: a }])
      expect([renderHcl('if', { x }), renderHcl('unless', { x })]).toEqual(['yes', '']);
    for (const x of [false, null, []])
      expect([renderHcl('if', { x }), renderHcl('unless', { x })]).toEqual(['no', 'no']);
  });
});

describe('what no printer of the language made is refused', () => {
  const forged = { language: 'hcl', text: 'evil', toString: () => 'evil' };
  test.each<[string, unknown]>([
    ['a bare string', 'evil'],
    ['a bare number', 1],
    ['a function', () => 'evil'],
    ['undefined', undefined],
    ["another language's fragment", yamlValue('a')],
    ['a forged fragment', forged],
    ['a forged fragment that hides its fields', Object.create(forged)],
    ['a copy of a fragment', { ...a }],
    ['an object with a text of its own', Object.defineProperty({}, 'toString', { value: () => 'evil' })],
    ['an object of text alone', new String('evil')],
    ['a list with a text of its own', Object.assign([], { toString: () => 'evil' })],
    ['a date', new Date(0)],
  ])('%s', (_, x) => {
    expect(() => renderHcl('hole', { x })).toThrow();
    expect(() => renderHcl('each', { list: [{ x }] })).toThrow();
    expect(() => renderHcl('partial', { x })).toThrow();
    expect(isFragment(x) && x.language === 'hcl').toBe(false);
  });

  test('by joinFragments too', () => {
    for (const x of [forged, yamlValue('a'), 'evil'])
      expect(() => joinFragments('hcl', [a, x as never])).toThrow(TypeError);
    expect(joinFragments('hcl', [a, a], ', ').text).toBe('"a", "a"');
  });

  test('and a fragment cannot be changed', () => {
    const fragment = makeFragment('hcl', 'a');
    expect(() => Object.assign(fragment, { text: 'evil' })).toThrow(TypeError);
  });
});

test.each([
  '{{x y}}',
  '{{#with x}}{{/with}}',
  '{{@key}}',
  '{{../x}}',
  '{{> hole x y}}',
  '{{#if x y}}{{/if}}',
  '{{x y=z}}',
])('a template holds no logic: %s', (source) => {
  expect(() => compile(source)).toThrow('line 1');
});

describe('a name that the view does not have throws', () => {
  test.each<[keyof typeof sources, unknown]>([
    ['hole', {}],
    ['hole', null],
    ['path', {}],
    ['path', { a: {} }],
    ['path', { a: null }],
    ['each', {}],
    ['each', { list: [{}] }],
    ['outer', { list: [a] }],
    ['if', {}],
    ['unless', {}],
    ['inIf', { on: true }],
    ['partial', {}],
    ['eachPartial', { list: [{}] }],
    ['method', {}],
  ])('%s of %j', (name, view) => {
    expect(() => renderHcl(name, view)).toThrow();
  });

  test('in each real template', () => {
    for (const name of Object.keys(templates)) {
      const source = readFileSync(join(projectRoot, 'templates', `${name}.hbs`), 'utf8');
      const rendered = () => renderTemplate(name as TemplateName, 'hcl', {});
      // A name of its own: no comment, no partial, no end of a block.
      if (/\{\{#?[\w.]+ ?/.test(source.replaceAll('{{else}}', ''))) expect(rendered).toThrow();
    }
  });

  test('a list or a group in a hole throws', () => {
    for (const x of [[a], { y: a }, [], {}]) expect(() => renderHcl('hole', { x })).toThrow();
  });
});

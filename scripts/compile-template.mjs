// A Handlebars template → the JavaScript of a function that writes it, for src/emit/render.ts. Handlebars reads the
// template; its own output would look every name up through layers that a template of holes, `if`, `unless`, `each` and
// partials has no use for, and takes a missing name in a condition for false.

import Handlebars from 'handlebars';

/**
 * `(c0, l, partial) => text`: c0 is the view, l the language. It calls `own`, `hole`, `isSet` and `each` of
 * src/emit/template-runtime.ts. With `indentPartials`, a partial alone on its line is indented with it; without, its
 * first line only, so that a value of several lines stays as it is. Throws on what templates here may not hold.
 */
export function compileTemplate(source, { indentPartials }) {
  const { body } = Handlebars.parse(source);
  return `(c0, l, partial) => ${compileBody(body, { depth: 0, indentPartials })}`;
}

function compileBody(body, scope) {
  const parts = body.map((statement) => compileStatement(statement, scope)).filter((part) => part !== '""');
  return parts.length === 0 ? '""' : parts.join(' + ');
}

function compileStatement(statement, scope) {
  switch (statement.type) {
    case 'ContentStatement':
      return JSON.stringify(statement.value);
    case 'CommentStatement':
      return '""';
    case 'MustacheStatement':
      refuseIf(statement.params.length > 0 || statement.hash, 'a helper', statement);
      return `hole(${compilePath(statement.path, scope)}, l)`;
    case 'PartialStatement':
      return compilePartial(statement, scope);
    case 'BlockStatement':
      return compileBlock(statement, scope);
    default:
      return refuseIf(true, statement.type, statement);
  }
}

function compilePartial(statement, scope) {
  const { name, params, hash, indent } = statement;
  refuseIf(hash || params.length > 1, 'a partial with more than its view', statement);
  const view = params.length === 0 ? `c${scope.depth}` : compilePath(params[0], scope);
  const call = (spaces) => `partial(${JSON.stringify(name.original)}, ${view}, l, ${JSON.stringify(spaces)})`;
  if (indent === '' || scope.indentPartials) return call(indent);
  return `${JSON.stringify(indent)} + ${call('')}`;
}

function compileBlock(statement, scope) {
  const { path, params, hash, program, inverse } = statement;
  const kind = path.original;
  refuseIf(!['if', 'unless', 'each'].includes(kind), `{{#${kind}}}`, statement);
  refuseIf(params.length !== 1 || hash || program.blockParams, `{{#${kind}}} of more than one name`, statement);
  const value = compilePath(params[0], scope);
  const otherwise = inverse ? compileBody(inverse.body, scope) : '""';
  if (kind === 'each') {
    const inner = { ...scope, depth: scope.depth + 1 };
    return `each(${value}, (c${inner.depth}) => ${compileBody(program.body, inner)}, () => ${otherwise})`;
  }
  const then = compileBody(program.body, scope);
  return kind === 'if' ? `(isSet(${value}) ? ${then} : ${otherwise})` : `(isSet(${value}) ? ${otherwise} : ${then})`;
}

function compilePath(path, scope) {
  refuseIf(path.type !== 'PathExpression' || path.data || path.depth > scope.depth, path.original, path);
  return path.parts.reduce((value, name) => `own(${value}, ${JSON.stringify(name)})`, `c${scope.depth - path.depth}`);
}

function refuseIf(isWrong, what, { loc }) {
  if (isWrong) throw new Error(`line ${loc.start.line}: a template holds no ${what}`);
}

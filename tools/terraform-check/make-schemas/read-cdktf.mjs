// Schemas out of a `@cdktf/provider-*` package. Its classes were generated from `terraform providers schema -json` of
// the provider's version; their TypeScript, which stands in the source maps, keeps of every attribute its type and
// whether it is computed, optional or required, and of every block how it nests.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The block of one resource, a data source ("data-google-project") or "provider", as `providers schema -json` has it. */
export function readCdktfBlock(library, folder) {
  const classes = new Map(splitClasses(readSources(join(library, folder))).map((found) => [found.name, found]));
  const root = [...classes.values()].find(({ base }) => /^Terraform(Resource|DataSource|Provider)$/.test(base));
  return readBlock(root, classes);
}

/** The TypeScript of a folder: large resources have some of their classes in files beside index.js. */
function readSources(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.js'));
  const sources = files.flatMap((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const encoded = /sourceMappingURL=data:application\/json;base64,(.*)/.exec(text)?.[1];
    return encoded === undefined ? [] : JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')).sourcesContent;
  });
  // The successor, `cdktn-provider-*`, differs in that name only.
  return sources.join('\n').replace(/\bcdktn\b/g, 'cdktf');
}

function splitClasses(source) {
  const interfaces = new Map(
    [...source.matchAll(/^export interface (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)].map(([, name, body]) => [name, body]),
  );
  const modes = new Map(
    [...source.matchAll(/type: "(list|set)",\s*storageClassType: "(\w+List)"/g)].map(([, mode, name]) => [name, mode]),
  );
  const found = source.matchAll(/^export class (\w+) extends cdktf\.(\w+) \{\n([\s\S]*?)^\}/gm);
  return [...found].map(([, name, base, body]) => ({ name, base, body, interfaces, modes }));
}

function readBlock(found, classes) {
  const block = { attributes: {}, block_types: {} };
  for (const member of readMembers(found.body)) {
    if (found.base === 'TerraformProvider' && member.name === 'alias') continue; // Terraform's own
    const nested = nestBlock(member, found, classes);
    if (nested === null) block.attributes[member.name] = { type: readType(member, classes), ...member.flags };
    else block.block_types[member.name] = nested;
  }
  return block;
}

/** Each attribute and block of a class: its name, its flags, and the lines that follow up to the next one. */
function* readMembers(body) {
  const [, ...parts] = body.split(/^ {2}\/\/ (?=\w+ - computed: )/m);
  for (const part of parts) {
    const [, name, ...flags] = /^(\w+) - computed: (\w+), optional: (\w+), required: (\w+)/.exec(part);
    const [computed, optional, required] = flags.map((flag) => flag === 'true');
    yield {
      name,
      flags: {
        ...(required && { required }),
        ...(optional && { optional }),
        ...(computed && { computed }),
        // Said by cdktn's packages only.
        ...(part.includes('@deprecated Write-only: ') && { write_only: true }),
      },
      text: part,
    };
  }
}

/** A member as a nested block; null where it is an attribute: of a plain type, or of objects that nobody may write. */
function nestBlock({ name, flags, text }, owner, classes) {
  if (!flags.required && !flags.optional) return null;
  const limit = { ...(flags.required && { min_items: 1 }) };
  const made = /= new (\w+)\(this, "\w+"(?:, (true|false))?\)/.exec(text);
  if (made !== null && !made[1].startsWith('cdktf')) {
    const inner = classes.get(made[1].replace(/List$/, 'OutputReference'));
    if (inner === undefined) return null;
    const block = readBlock(inner, classes);
    if (name === 'timeouts') return { nesting_mode: 'single', block };
    const mode = owner.modes.get(inner.name.replace(/OutputReference$/, 'List')) ?? fail(name, text);
    return { nesting_mode: mode, block, ...limit, ...(made[2] === undefined && { max_items: 1 }) };
  }
  // A provider's own blocks have interfaces only.
  const plain = /private _\w+\?: (\w+)(\[\])?(?: \| cdktf\.IResolvable)?;/.exec(text);
  const body = plain === null ? undefined : owner.interfaces.get(plain[1]);
  if (body === undefined) return null;
  return { nesting_mode: 'list', block: readInterface(body), ...(plain[2] === undefined && { max_items: 1 }) };
}

function readInterface(body) {
  const attributes = {};
  for (const [, name, optional, type] of body.matchAll(/#(\w+) \w+#\w+\}\n\s*\*\/\n\s*readonly \w+(\??): ([^;]+);/g)) {
    attributes[name] = { type: readDeclared(type), ...(optional ? { optional: true } : { required: true }) };
  }
  return { attributes, block_types: {} };
}

const plainTypes = {
  String: 'string',
  Boolean: 'bool',
  Number: 'number',
  List: ['list', 'string'],
  NumberList: ['list', 'number'],
  StringMap: ['map', 'string'],
  BooleanMap: ['map', 'bool'],
  NumberMap: ['map', 'number'],
  StringMapList: ['list', ['map', 'string']],
};

const declaredTypes = {
  string: 'string',
  boolean: 'bool',
  number: 'number',
  'string[]': ['list', 'string'],
  '{ [key: string]: string }': ['map', 'string'],
};

function readType({ name, text }, classes) {
  const made = /= new (cdktf\.)?(\w+)\(this, "\w+"(?:, (true|false))?\)/.exec(text);
  if (made?.[1] !== undefined) return plainTypes[made[2]] ?? fail(name, text);
  if (made !== null) {
    const inner = classes.get(made[2].replace(/List$/, 'OutputReference')) ?? fail(name, text);
    return [made[3] === 'true' ? 'set' : 'list', ['object', readObject(inner, classes)]];
  }
  const got = /(cdktf\.Fn\.tolist\()?this\.get(\w+)Attribute\(/.exec(text);
  if (got !== null) {
    const type = plainTypes[got[2]] ?? fail(name, text);
    return got[1] === undefined ? type : ['set', type[1]];
  }
  // A provider's own settings have no getters of that kind.
  return readDeclared(/private _\w+\?: ([^;]+);/.exec(text)?.[1]);
}

function readDeclared(declared) {
  return declaredTypes[declared?.replace(' | cdktf.IResolvable', '')] ?? fail('a declaration', declared);
}

function readObject(found, classes) {
  return Object.fromEntries([...readMembers(found.body)].map((member) => [member.name, readType(member, classes)]));
}

function fail(name, text) {
  throw new Error(`no type is known for ${name}:\n${text}`);
}

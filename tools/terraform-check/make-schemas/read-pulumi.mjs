// What no `@cdktf/provider-*` package keeps: which attributes are deprecated, and which are write-only. Pulumi's Python
// packages are generated from the same providers. Each deprecated property wears `@_utilities.deprecated` with the
// provider's own words. A write-only argument is one that Pulumi leaves out, since it could not give it (of google 7 it
// can: there the classes say which they are).

const plurals = [(name) => name, (name) => `${name}s`, (name) => `${name}es`, (name) => name.replace(/y$/, 'ies')];

/**
 * Marks `block` (as `providers schema -json` has it) with what the Python module `path` of the package says of it:
 * `deprecated: true` with its `deprecation_message`, and `write_only: true`. `read` gives the text of a file of the
 * package. Throws where the module lacks an attribute of the block: then the two are not of one version.
 */
export function markBlock(block, path, read) {
  const outputs = splitClasses(read(`${path.replace(/[^/]*$/, '')}outputs.py`) ?? '');
  const classes = new Map(outputs.map((found) => [found.name, found]));
  const main = splitClasses(read(`${path}.py`)).find(
    ({ base, name }) => base === 'pulumi.CustomResource' || /^Get\w+Result$|^ProviderArgs$/.test(name),
  );
  markProperties(block, main, { path, classes });
}

function markProperties(block, found, module) {
  const properties = readProperties(found.body);
  const joined = new Map([...properties].map(([name, property]) => [join(name), property]));
  const find = (name) =>
    plurals
      .map((spell) => properties.get(spell(name)) ?? joined.get(join(spell(name))))
      .find((property) => property !== undefined);
  for (const [name, attribute] of Object.entries(block.attributes)) {
    const property = find(name);
    if (property !== undefined) mark(attribute, property);
    else if (name.endsWith('_wo')) attribute.write_only = true;
    else if (!mayLack(name)) throw new Error(`${module.path}: ${found.name} has no ${name}`);
  }
  for (const [name, nested] of Object.entries(block.block_types)) {
    if (name === 'timeouts') continue;
    const property = find(name);
    if (property === undefined) throw new Error(`${module.path}: ${found.name} has no ${name}`);
    mark(nested.block, property);
    const type = /'outputs\.(\w+)'/.exec(property.type)?.[1];
    // A block of one attribute may be given as that attribute's value.
    if (type !== undefined) markProperties(nested.block, module.classes.get(type), module);
  }
}

function mark(target, property) {
  if (property.message === undefined) return;
  target.deprecated = true;
  target.deprecation_message = property.message.replaceAll('\\"', '"');
}

/** Pulumi has an `id` of its own and says its own name for Terraform's; a version goes with its write-only argument. */
function mayLack(name) {
  return name === 'id' || /(^|_)terraform_/.test(name) || name.endsWith('_wo_version');
}

function splitClasses(source) {
  const parts = source.split(/^class (?=\w+)/m).slice(1);
  return parts.map((body) => {
    const [, name, base] = /^(\w+)(?:\(([\w.]+)\))?:/.exec(body);
    return { name, base, body };
  });
}

/** Each property by its name: its type, and the provider's words where it is deprecated. */
function readProperties(body) {
  const shape =
    /@pulumi\.getter[^\n]*\n(?:\s+@_utilities\.deprecated\("""([\s\S]*?)"""\)\n)?\s+def (\w+)\(self\) -> ([^\n]*):\n/g;
  return new Map([...body.matchAll(shape)].map(([, message, name, type]) => [name, { message, type }]));
}

/** Where a name's words part is spelt in more than one way: hugepage_size_1g, hugepage_size1g. */
function join(name) {
  return name.replaceAll('_', '');
}

import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { secretKey, secretShapes } from '../diagnostic/secret-shapes.ts';
import type { Place, SpecNode } from './node.ts';

const where =
  'keep it out of the spec: the admin password goes to Terraform as `-var db_password=…` and into Secret Manager, ' +
  'a login of your own into PGSTAC_DSN or INGEST_DB_DSN of the shell that runs the command';

/** Passwords, keys and tokens written into the spec, by key name and by shape. The value itself is never repeated. */
export function findSecrets(root: SpecNode): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  visit(root, null, (node, key) => {
    if (node.kind !== 'scalar' || typeof node.value !== 'string' || node.value === '') return;
    const value = node.value;
    const shape = secretShapes.find(({ pattern }) => pattern.test(value));
    if (shape !== undefined) found.push(refuse(shape.what, node.place));
    else if (key !== null && secretKey.test(key)) found.push(refuse(`a value for ${JSON.stringify(key)}`, node.place));
  });
  return found;
}

function visit(node: SpecNode, key: string | null, see: (node: SpecNode, key: string | null) => void): void {
  see(node, key);
  if (node.kind === 'list') for (const item of node.items) visit(item, key, see);
  if (node.kind === 'map') for (const [name, entry] of node.entries) visit(entry.value, name, see);
}

function refuse(what: string, place: Place): Diagnostic {
  return {
    code: 'PF110',
    severity: 'error',
    message: `the spec holds ${what}`,
    hint: where,
    file: place.file,
    range: place.range,
  };
}

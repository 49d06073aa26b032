import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../support/root.ts';

/** A type as `terraform providers schema -json` writes it: "string", ["list", "string"], ["object", { … }]. */
export type AttributeType = string | readonly [string, AttributeType | Readonly<Record<string, AttributeType>>];

export interface Attribute {
  readonly type: AttributeType;
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
  readonly deprecated?: boolean;
  readonly write_only?: boolean;
}

export interface Block {
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly block_types: Readonly<
    Record<string, { readonly block: Block; readonly min_items?: number; readonly max_items?: number }>
  >;
  readonly deprecated?: boolean;
}

/** What the providers' published schemas hold of each type, and of each provider's own block. */
export interface ProviderSchemas {
  readonly resource: ReadonlyMap<string, Block>;
  readonly data: ReadonlyMap<string, Block>;
  readonly provider: ReadonlyMap<string, Block>;
}

interface SchemaFile {
  readonly provider_schemas: Readonly<
    Record<
      string,
      {
        readonly provider: Block;
        readonly resource_schemas: Readonly<Record<string, { readonly block: Block }>>;
        readonly data_source_schemas: Readonly<Record<string, { readonly block: Block }>>;
      }
    >
  >;
}

/** The lowest versions that the folders allow: google 6.50 and postgresql 1.26, as tools/terraform-check has them. */
export function readProviderSchemas(): ProviderSchemas {
  const schemas = { resource: new Map<string, Block>(), data: new Map<string, Block>(), provider: new Map() };
  for (const name of ['google', 'postgresql']) {
    const text = readFileSync(join(projectRoot, 'tools/terraform-check/schemas', `${name}.json`), 'utf8');
    for (const found of Object.values((JSON.parse(text) as SchemaFile).provider_schemas)) {
      schemas.provider.set(name, found.provider);
      for (const [type, { block }] of Object.entries(found.resource_schemas)) schemas.resource.set(type, block);
      for (const [type, { block }] of Object.entries(found.data_source_schemas)) schemas.data.set(type, block);
    }
  }
  return schemas;
}

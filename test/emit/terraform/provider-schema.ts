import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
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

/** The two ends of the versions of google that the folders allow, by the file that tools/terraform-check has of each. */
export const googleSchemas = { '6.50': 'google', '7.46': 'google-newest' } as const;

/** The schemas of one end, and those of the other provider at the lowest version that is allowed. */
export function readProviderSchemas(google: keyof typeof googleSchemas = '6.50'): ProviderSchemas {
  const schemas = { resource: new Map<string, Block>(), data: new Map<string, Block>(), provider: new Map() };
  for (const name of [googleSchemas[google], 'postgresql']) {
    const text = readFileSync(join(projectRoot, 'tools/terraform-check/schemas', `${name}.json`), 'utf8');
    for (const [address, found] of Object.entries((JSON.parse(text) as SchemaFile).provider_schemas)) {
      schemas.provider.set(basename(address), found.provider);
      for (const [type, { block }] of Object.entries(found.resource_schemas)) schemas.resource.set(type, block);
      for (const [type, { block }] of Object.entries(found.data_source_schemas)) schemas.data.set(type, block);
    }
  }
  return schemas;
}

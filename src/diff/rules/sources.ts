import { providers } from '../../model/providers.ts';

/** Where a rule is from. */
export type Source = ProviderSource | DocumentSource;

/** A statement of the google provider's source, at the version it was read at. */
export interface ProviderSource {
  readonly kind: 'provider';
  readonly name: string;
  readonly readAt: string;
  readonly file: string;
  readonly attribute: string;
}

/** A page of documentation, or what the platform itself does. */
export interface DocumentSource {
  readonly kind: 'document';
  readonly page: string;
}

/** The version of the google provider whose source every `google` rule was read in. */
const readAt = '7.45.0';

/** An attribute in the provider's source, e.g. `google('resource_sql_database_instance.go', 'region: ForceNew')`. */
export function google(file: string, attribute: string): Source {
  return { kind: 'provider', name: providers.google.source, readAt, file, attribute };
}

export function documentation(page: string): Source {
  return { kind: 'document', page };
}

/** What the platform itself does. */
export function ours(what: string): Source {
  return documentation(`platform: ${what}`);
}

export const cloudSqlSettings = documentation('Cloud SQL for PostgreSQL documentation, "About instance settings"');
export const cloudSqlEditing = documentation('Cloud SQL for PostgreSQL documentation, "Edit instances"');
export const cloudSqlAvailability = documentation(
  'Cloud SQL for PostgreSQL documentation, "Operations that impact availability"',
);

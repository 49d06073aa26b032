/**
 * Where rules are from. Terraform's are those of the range that `versions.tf` asks for; where versions in it differ, the
 * rule says the worse.
 */
const googleProvider = 'hashicorp/google >= 6.50, < 8.0';

/** An attribute in the provider's source, e.g. `google('resource_sql_database_instance.go', 'region: ForceNew')`. */
export function google(file: string, attribute: string): string {
  return `${googleProvider}, ${file}: ${attribute}`;
}

export const cloudSqlSettings = 'Cloud SQL for PostgreSQL documentation, "About instance settings"';
export const cloudSqlEditing = 'Cloud SQL for PostgreSQL documentation, "Edit instances"';
export const cloudSqlAvailability = 'Cloud SQL for PostgreSQL documentation, "Operations that impact availability"';
export const ours = (what: string): string => `platform: ${what}`;

/**
 * The Terraform providers that artifacts ask for: `versions.tf` is written from this, and `diff` keeps rules for just
 * these versions.
 */
export const providers = {
  google: { source: 'hashicorp/google', versions: '>= 6.50, < 8.0' },
  postgresql: { source: 'cyrilgdn/postgresql', versions: '>= 1.26, < 2.0' },
} as const;

import type { Finding, RuleInput } from './rule.ts';

/**
 * The user guide's way to give the machines their passwords works, and is never silent about who else reads them.
 * Sources: Terraform, 'Sensitive data in state'; Compute Engine, 'About VM metadata' (do not store sensitive values there).
 */
export function checkPasswords({ value }: RuleInput): readonly Finding[] {
  if (value.hosting.virtualMachines?.passwords !== 'metadata') return [];
  return [
    {
      code: 'PF262',
      severity: 'warning',
      at: ['hosting', 'virtualMachines', 'passwords'],
      message: "whoever reads Terraform's state, a machine or its metadata reads the database's password",
      hint: 'leave the key out: each machine then makes its password itself, and only Secret Manager has it',
    },
  ];
}

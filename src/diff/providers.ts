import { providers } from '../model/providers.ts';
import { intersectVersions, isWithin, readVersions, type VersionRange } from './versions.ts';

const { source, versions } = providers.google;

/** The versions that the rules were written for: those that `versions.tf` is compiled with. */
export const knownVersions = mustRead(versions);

/** What one folder of Terraform says about the provider; null where the file is not there. */
export interface TerraformFolder {
  /** As shown to people. */
  readonly shown: string;
  readonly versionsTf: string | null;
  /** `.terraform.lock.hcl`: what `terraform init` has chosen. */
  readonly lock: string | null;
}

export interface ProviderVersions {
  /** What can be running: where there is more than one version, the worst that any of them does is said. */
  readonly ranges: readonly VersionRange[];
  /** A skew between what runs and what the rules know. */
  readonly warnings: readonly string[];
}

/**
 * The provider's versions that can be running: the one that Terraform's own lock has chosen, else those that
 * `versions.tf` lets in, else all that the rules know. Warns where that is not within what the rules know.
 */
export function chooseVersions(folders: readonly TerraformFolder[]): ProviderVersions {
  const found = folders.flatMap(readFolder);
  const ranges = found.flatMap(({ range }) => {
    const known = range === null ? null : intersectVersions(range, knownVersions);
    return known === null ? [] : [known];
  });
  return {
    ranges: ranges.length === 0 ? [knownVersions] : ranges,
    warnings: found.flatMap(({ range, says }) =>
      range !== null && isWithin(range, knownVersions) ? [] : [warn(says)],
    ),
  };
}

function readFolder({ shown, versionsTf, lock }: TerraformFolder): { range: VersionRange | null; says: string }[] {
  const selected = lock === null ? null : readSelected(lock);
  if (selected !== null)
    return [{ range: readVersions(selected), says: `${shown}/.terraform.lock.hcl has selected ${source} ${selected}` }];
  const constraint = versionsTf === null ? null : readConstraint(versionsTf);
  if (constraint === null) return [];
  return [{ range: readVersions(constraint), says: `${shown}/versions.tf lets in ${source} ${constraint}` }];
}

function warn(says: string): string {
  return `${says}, and the rules of this compiler are those of ${versions}: what a change does there may differ, so read terraform plan too`;
}

/** The constraint in a `required_providers` entry; null where there is none. */
function readConstraint(versionsTf: string): string | null {
  const code = versionsTf.replace(/^\s*(#|\/\/).*$/gm, '');
  const entries = code.match(/\{[^{}]*\}/g) ?? [];
  const own = entries.find((entry) => new RegExp(`source\\s*=\\s*"([^"]*/)?${source}"`).test(entry));
  return /version\s*=\s*"([^"]*)"/.exec(own ?? '')?.[1] ?? null;
}

function readSelected(lock: string): string | null {
  const block = new RegExp(`provider\\s+"[^"]*/${source}"\\s*\\{([^}]*)`).exec(lock)?.[1];
  return /^\s*version\s*=\s*"([^"]*)"/m.exec(block ?? '')?.[1] ?? null;
}

function mustRead(constraint: string): VersionRange {
  const range = readVersions(constraint);
  if (range === null) throw new Error(`not a range of versions: ${constraint}`);
  return range;
}

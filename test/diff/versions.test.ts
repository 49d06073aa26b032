import { describe, expect, test } from '@jest/globals';
import { chooseVersions, type TerraformFolder } from '../../src/diff/providers.ts';
import { isWithin, readVersions, showVersions } from '../../src/diff/versions.ts';

describe("Terraform's constraints", () => {
  test.each([
    ['>= 6.50, < 8.0', '>= 6.50.0, < 8.0.0'],
    ['7.45.0', '>= 7.45.0, < 7.45.1'],
    ['= 7.45', '>= 7.45.0, < 7.45.1'],
    ['~> 7.1', '>= 7.1.0, < 8.0.0'],
    ['~> 7.1.2', '>= 7.1.2, < 7.2.0'],
    ['~> 7', '>= 7.0.0'],
    ['> 7.1, <= 7.4', '>= 7.1.1, < 7.4.1'],
    ['>= 7.0, != 7.3.0', '>= 7.0.0'],
    ['>=7.0.0-beta1', '>= 7.0.0'],
  ])('%s', (constraint, shown) => {
    const range = readVersions(constraint);
    expect(range === null ? null : showVersions(range)).toBe(shown);
  });

  test.each(['', 'latest', '>= 8, < 7', '> ', '1.2.3.4', '>= 7.0 < 8.0'])('none: %j', (constraint) => {
    expect(readVersions(constraint)).toBeNull();
  });

  test('one range is within another, or not', () => {
    const within = (inner: string, outer: string) => {
      const [a, b] = [readVersions(inner), readVersions(outer)];
      return a !== null && b !== null && isWithin(a, b);
    };
    expect(within('7.45.0', '>= 6.50, < 8.0')).toBe(true);
    expect(within('>= 6.50, < 8.0', '>= 6.50, < 8.0')).toBe(true);
    expect(within('>= 7.0', '>= 6.50, < 8.0')).toBe(false);
    expect(within('>= 6.0, < 8.0', '>= 6.50, < 8.0')).toBe(false);
    expect(within('9.0.0', '>= 6.50, < 8.0')).toBe(false);
  });
});

describe('what can be running', () => {
  const versionsTf = (constraint: string) => `terraform {
  # google = { source = "hashicorp/google", version = "= 1.0" }
  required_providers {
    postgresql = {
      source  = "cyrilgdn/postgresql"
      version = ">= 1.26, < 2.0"
    }
    google = {
      source  = "hashicorp/google"
      version = "${constraint}"
    }
  }
}
`;
  const lock = (version: string, host = 'registry.terraform.io') => `provider "${host}/cyrilgdn/postgresql" {
  version = "1.26.0"
}

provider "${host}/hashicorp/google" {
  version     = "${version}"
  constraints = ">= 6.50.0, < 8.0.0"
  hashes = [
    "h1:abc",
  ]
}
`;
  const choose = (folder: Partial<TerraformFolder>) => {
    const { ranges, warnings } = chooseVersions([{ shown: 'tf', versionsTf: null, lock: null, ...folder }]);
    return { ranges: ranges.map(showVersions), warnings };
  };

  test('all that the rules know, where nothing was compiled', () => {
    expect(choose({})).toEqual({ ranges: ['>= 6.50.0, < 8.0.0'], warnings: [] });
  });

  test("what versions.tf lets in; Terraform's own lock wins over it", () => {
    expect(choose({ versionsTf: versionsTf('~> 7.44') }).ranges).toEqual(['>= 7.44.0, < 8.0.0']);
    for (const host of ['registry.terraform.io', 'registry.opentofu.org']) {
      expect(choose({ versionsTf: versionsTf('~> 7.44'), lock: lock('7.12.0', host) })).toEqual({
        ranges: ['>= 7.12.0, < 7.12.1'],
        warnings: [],
      });
    }
  });

  test('a skew is said with both versions', () => {
    expect(choose({ versionsTf: versionsTf('>= 7.0') })).toEqual({
      ranges: ['>= 7.0.0, < 8.0.0'],
      warnings: [expect.stringMatching(/^tf\/versions\.tf lets in hashicorp\/google >= 7\.0, .*>= 6\.50, < 8\.0/)],
    });
    expect(choose({ lock: lock('8.1.0') })).toEqual({
      ranges: ['>= 6.50.0, < 8.0.0'],
      warnings: [expect.stringMatching(/^tf\/\.terraform\.lock\.hcl has selected hashicorp\/google 8\.1\.0, /)],
    });
    expect(choose({ versionsTf: versionsTf('newest') }).warnings).toHaveLength(1);
  });
});

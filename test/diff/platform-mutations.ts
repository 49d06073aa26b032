import { diffPlatforms } from '../../src/diff/diff.ts';
import type { Platform } from '../../src/model/platform.ts';
import { listMutations, type Mutation } from './mutate.ts';

/** All that leave something of the model's shape: its lists stay lists and its objects objects, but for nullable ones. */
export function listValidMutations(platform: Platform): readonly Mutation<Platform>[] {
  const parts = listMutations(platform).filter(({ isLeaf, value }) => !isLeaf && canBeRead(value));
  return [...listLeafMutations(platform), ...parts];
}

export function listLeafMutations(platform: Platform): readonly Mutation<Platform>[] {
  // Another kind of hosting has other fields; that is a test of its own.
  return listMutations(platform).filter(({ isLeaf, path }) => isLeaf && path !== 'hosting.kind');
}

function canBeRead(platform: Platform): boolean {
  try {
    diffPlatforms(null, platform);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

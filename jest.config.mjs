/** One configuration for every suite; test/support/ says what a suite needs and what happens where it is missing. */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } }],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/generated/'],
  // Far above what any test takes: a slow or busy machine is no failure, and a test that hangs still ends.
  testTimeout: 300_000,
};

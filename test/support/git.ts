/** For git in a test: an author, and nothing of the user's own settings. */
export const gitEnvironment = {
  ...Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((who) => [
      [`GIT_${who}_NAME`, 'a'],
      [`GIT_${who}_EMAIL`, 'a@b'],
    ]),
  ),
  GIT_CONFIG_GLOBAL: '/dev/null',
};

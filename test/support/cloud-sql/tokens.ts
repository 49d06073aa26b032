import { randomUUID } from 'node:crypto';

export const loginScope = 'https://www.googleapis.com/auth/sqlservice.login';
export const adminScope = 'https://www.googleapis.com/auth/sqlservice.admin';
const everything = 'https://www.googleapis.com/auth/cloud-platform';

/** Whose an access token is, and what for. */
export interface Token {
  /** The Google account's address. */
  readonly account: string;
  readonly scopes: readonly string[];
}

/** The access tokens that the metadata server gave out; nobody else makes one. */
export interface Tokens {
  give(token: Token): string;
  /** The account that a token is of, where it is good for the scope; else null. */
  read(value: string, scope: string): string | null;
}

export function makeTokens(): Tokens {
  const given = new Map<string, Token>();
  return {
    give: (token) => {
      const value = `token-${randomUUID()}`;
      given.set(value, token);
      return value;
    },
    read: (value, scope) => {
      const token = given.get(value);
      return token?.scopes.some((one) => one === scope || one === everything) === true ? token.account : null;
    },
  };
}

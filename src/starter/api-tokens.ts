import { createHash, timingSafeEqual } from 'node:crypto';
import { readCredential } from '../tools/credentials.js';
import type { ApiToken, StarterSettings } from './settings.js';

/** A token of starter.yaml, resolved from its reference: only a digest of its text is kept. */
export interface KnownToken extends Omit<ApiToken, 'token'> {
  readonly digest: Buffer;
}

/** Shorter ones could be guessed. */
export const tokenLeast = 20;

/**
 * The tokens of starter.yaml.
 *
 * @throws Refusal `credential-unreadable`; Error for a token that could be guessed, or that two names share, so that its user is unknown.
 */
export async function readTokens({
  tokens,
  base,
}: Pick<StarterSettings, 'tokens' | 'base'>): Promise<KnownToken[]> {
  const known: KnownToken[] = [];
  for (const { token, ...one } of tokens) {
    const text = (await readCredential(`token ${one.name} of the API`, token, base)).text.trim();
    if (text.length < tokenLeast)
      throw new Error(
        `token ${one.name} has ${text.length} characters, and could be guessed. Make one: openssl rand -hex 32`,
      );
    const digest = digestOf(text);
    const other = known.find((before) => before.digest.equals(digest));
    if (other)
      throw new Error(
        `tokens ${other.name} and ${one.name} are the same: the starter could not know which of the two is used`,
      );
    known.push({ ...one, digest });
  }
  return known;
}

/** The token of an `Authorization: Bearer …` header; undefined: none of these. Compares with each, in constant time. */
export function bearerOf(tokens: readonly KnownToken[], header: string | undefined): KnownToken | undefined {
  const text = /^Bearer +([\x21-\x7e]{1,500})$/i.exec(header ?? '')?.[1];
  const digest = digestOf(text ?? '');
  let found: KnownToken | undefined;
  for (const token of tokens) if (timingSafeEqual(token.digest, digest)) found = token;
  return text === undefined ? undefined : found;
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

import { verify } from 'node:crypto';
import { z } from 'zod';
import type { GitHostApp } from './accounts.js';
import { GitHostRefusal } from './refusal.js';

const Header = z.object({ alg: z.literal('RS256') });
const Claims = z.object({ iat: z.number(), exp: z.number(), iss: z.union([z.string(), z.number()]) });

/** At most ten minutes, and not from the future: https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app */
const LIFE_SECONDS_MOST = 600;

/**
 * The app that signed this JSON web token.
 *
 * @throws {GitHostRefusal} 401 with GitHub's own reason
 */
export function readAppToken(token: string, apps: ReadonlyMap<number, GitHostApp>, now: Date): GitHostApp {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const parsed = z.object({ header: Header, claims: Claims }).safeParse({
    header: decoded(header),
    claims: decoded(claims),
  });
  if (!parsed.success) refuse('A JSON web token could not be decoded');
  const { iat, exp, iss } = parsed.data.claims;
  const app = apps.get(Number(iss));
  if (!app) refuse('Integration not found');
  const signed = Buffer.from(`${header}.${claims}`);
  if (!verify('sha256', signed, app.publicKey, Buffer.from(signature, 'base64url')))
    refuse('A JSON web token could not be decoded');
  const seconds = Math.floor(now.getTime() / 1000);
  if (iat > seconds)
    refuse(
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  if (exp <= seconds)
    refuse(
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  if (exp - seconds > LIFE_SECONDS_MOST) refuse("'Expiration time' claim ('exp') is too far in the future");
  return app;
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function refuse(reason: string): never {
  throw new GitHostRefusal(401, reason);
}

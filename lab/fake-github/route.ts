import type { z } from 'zod';
import type { Account, Caller } from './accounts.js';
import type { GitHostRepository, Surroundings } from './hosted-repository.js';
import type { Need } from './permissions.js';
import { GitHostRefusal, notFound } from './refusal.js';
import type { Webhooks } from './webhooks.js';

/** A request to the fake GitHub's API. */
export interface Asked {
  readonly gitHost: Surroundings;
  readonly hooks: Webhooks;
  readonly caller: Caller;
  /** Path parameters, by name. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/** A request to one repository. */
export interface AskedOfRepository extends Asked {
  readonly repository: GitHostRepository;
  /** The acting account; for an app its bot. */
  readonly by: Account;
}

/** An answer. A list is paged; `within`: the object that wraps a page. */
export interface GitHostAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly list?: readonly unknown[];
  readonly within?: (page: readonly unknown[], total: number) => unknown;
}

type Answering<Of> = (asked: Of) => GitHostAnswer | Promise<GitHostAnswer>;

/** An operation of the fake GitHub in a repository. */
export interface RepositoryRoute {
  readonly needs: Need;
  /** The fault that affects it. */
  readonly guard?: 'github:comment' | 'github:check';
  readonly answer: Answering<AskedOfRepository>;
}

/** By method and path below `/repos/:owner/:repo`: `GET /pulls/:number`. */
export type RepositoryRoutes = Readonly<Record<string, RepositoryRoute>>;

/** By method and path, for routes outside of a repository. */
export type OtherRoutes = Readonly<Record<string, Answering<Asked>>>;

/** The route of a request, with its path parameters. */
export function find<Route>(
  routes: Readonly<Record<string, Route>>,
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } | undefined {
  const asked = path.split('/');
  for (const [key, route] of Object.entries(routes)) {
    const [routeMethod, pattern = ''] = key.split(' ');
    const parts = pattern.split('/');
    if (routeMethod !== method || parts.length !== asked.length) continue;
    if (!parts.every((part, place) => part.startsWith(':') || part === asked[place])) continue;
    const named = parts.flatMap((part, place) =>
      part.startsWith(':') ? [[part.slice(1), decoded(asked[place] ?? '')] as const] : [],
    );
    return { route, params: Object.fromEntries(named) };
  }
  return undefined;
}

/** @throws {GitHostRefusal} 422 for an invalid body */
export function read<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  throw new GitHostRefusal(422, 'Validation Failed', {
    errors: parsed.error.issues.map(({ path, message }) => ({
      resource: 'request',
      field: path.join('.'),
      code: 'invalid',
      message,
    })),
  });
}

/** @throws {GitHostRefusal} 404 for an invalid number */
export function numberIn({ params }: Asked, name: string): number {
  const text = params[name] ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : notFound();
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return notFound();
  }
}

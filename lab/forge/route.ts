import type { z } from 'zod';
import type { Account, Caller } from './accounts.js';
import type { ForgeRepository, Surroundings } from './forge-repository.js';
import type { Need } from './permissions.js';
import { ForgeRefusal, notFound } from './refusal.js';
import type { Webhooks } from './webhooks.js';

/** What is asked of the forge's API. */
export interface Asked {
  readonly forge: Surroundings;
  readonly hooks: Webhooks;
  readonly caller: Caller;
  /** What stands in the path, by name. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/** What is asked of one repository. */
export interface AskedOfRepository extends Asked {
  readonly repository: ForgeRepository;
  /** Who acts; of an app its bot. */
  readonly by: Account;
}

/** What is answered. A list is shown page by page; `within`: as what a page of it is shown. */
export interface ForgeAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly list?: readonly unknown[];
  readonly within?: (page: readonly unknown[], total: number) => unknown;
}

type Answering<Of> = (asked: Of) => ForgeAnswer | Promise<ForgeAnswer>;

/** Something the forge does in a repository. */
export interface RepositoryRoute {
  readonly needs: Need;
  /** A fault that holds for it. */
  readonly guard?: 'forge:comment' | 'forge:check';
  readonly answer: Answering<AskedOfRepository>;
}

/** By method and path below `/repos/:owner/:repo`: `GET /pulls/:number`. */
export type RepositoryRoutes = Readonly<Record<string, RepositoryRoute>>;

/** By method and path, for what belongs to no repository. */
export type OtherRoutes = Readonly<Record<string, Answering<Asked>>>;

/** The entry of a table that a request means, with what stands in its path. */
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

/** @throws {ForgeRefusal} 422 for a body that is not what GitHub takes */
export function read<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  throw new ForgeRefusal(422, 'Validation Failed', {
    errors: parsed.error.issues.map(({ path, message }) => ({
      resource: 'request',
      field: path.join('.'),
      code: 'invalid',
      message,
    })),
  });
}

/** @throws {ForgeRefusal} 404 for what is no number */
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

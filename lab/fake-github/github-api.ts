import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultPlan } from '../faults/fault-plan.js';
import type { Account, Caller } from './accounts.js';
import { httpAnswer, type HttpAnswer } from './api-answer.js';
import { checkRoutes } from './check-routes.js';
import { commentRoutes } from './comment-routes.js';
import { deploymentRoutes } from './deployment-routes.js';
import type { Surroundings } from './hosted-repository.js';
import { hookRoutes } from './hook-routes.js';
import { otherRoutes } from './other-routes.js';
import { permit } from './permissions.js';
import { pullRoutes } from './pull-routes.js';
import { secondaryLimit, type RateLimits } from './rate-limits.js';
import { GitHostRefusal, notFound } from './refusal.js';
import { repositoryRoutes } from './repository-routes.js';
import { find, type Asked, type GitHostAnswer, type RepositoryRoutes } from './route.js';
import type { Webhooks } from './webhooks.js';

const ofRepositories: RepositoryRoutes = {
  ...repositoryRoutes,
  ...pullRoutes,
  ...commentRoutes,
  ...checkRoutes,
  ...deploymentRoutes,
  ...hookRoutes,
};

/** Seconds at speed 1. */
const SLOW_SECONDS = 8;
const RETRY_AFTER_SECONDS = 1;

/** The parts of the API. */
export interface ApiParts {
  readonly gitHost: Surroundings;
  readonly hooks: Webhooks;
  readonly faults: FaultPlan;
  readonly limits: RateLimits;
  readonly speed: number;
}

/** An incoming request. */
export interface ApiRequest {
  readonly method: string;
  /** In the API: `/repos/acme/home-ops/pulls`. */
  readonly path: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** The answer, and the sender (a login, `<slug>` of an app, or empty). */
export interface ApiAnswer extends HttpAnswer {
  readonly by: string;
}

/** Answers a request to the API; errors are answers too. */
export async function answerApi(parts: ApiParts, asked: ApiRequest): Promise<ApiAnswer> {
  let who = '';
  let done: ((free: boolean) => void) | undefined;
  let status = 0;
  try {
    if (asked.headers.authorization && parts.faults.standing('github:token'))
      throw new GitHostRefusal(401, 'Bad credentials');
    const caller = parts.gitHost.accounts.caller(asked.headers.authorization);
    who = nameOf(caller);
    if (asked.path === '/rate_limit') return { ...rateLimit(parts, who, asked), by: who };
    done = parts.limits.begin(who, asked.method);
    await spoil(parts, who);
    const answer = await answerOf(parts, asked, caller);
    const shown = httpAnswer(answer, {
      url: asked.url,
      who,
      known: asked.headers['if-none-match'],
      method: asked.method,
    });
    status = shown.status;
    return { ...shown, headers: { ...common(parts, who), ...shown.headers }, by: who };
  } catch (error) {
    const refusal =
      error instanceof GitHostRefusal ? error : new GitHostRefusal(500, `Server Error: ${String(error)}`);
    return { ...refused(refusal, common(parts, who)), by: who };
  } finally {
    // A conditional request for unchanged data costs nothing, if its token was valid.
    done?.(status === 304 && who !== '');
  }
}

async function spoil({ faults, speed, limits, gitHost }: ApiParts, who: string): Promise<void> {
  const fault = faults.take('github:asked');
  if (fault === 'github-slow') await sleep((SLOW_SECONDS * 1000) / speed);
  if (fault === 'github-error') throw new GitHostRefusal(500, 'Server Error');
  if (fault === 'github-limited')
    throw limits.exceeded(who, gitHost.now().getTime() + RETRY_AFTER_SECONDS * 1000);
  if (fault === 'github-limited-twice-over') throw secondaryLimit(RETRY_AFTER_SECONDS);
}

async function answerOf(parts: ApiParts, request: ApiRequest, caller: Caller): Promise<GitHostAnswer> {
  const { gitHost, hooks, faults } = parts;
  const { method, path, url } = request;
  const asked: Omit<Asked, 'params'> = {
    gitHost,
    hooks,
    caller,
    query: url.searchParams,
    body: parsed(request.body),
  };
  const other = find(otherRoutes, method, path);
  if (other) return other.route({ ...asked, params: other.params });
  const [, repos, owner = '', name = ''] = path.split('/');
  const repository = repos === 'repos' ? gitHost.repositories.get(`${owner}/${name}`) : undefined;
  const found = find(
    ofRepositories,
    method,
    path
      .split('/')
      .slice(4)
      .map((part) => `/${part}`)
      .join(''),
  );
  if (repos !== 'repos' || !found)
    throw new GitHostRefusal(
      404,
      `Not Found (the fake GitHub of the lab does not simulate ${method} ${path})`,
    );
  if (!repository) notFound();
  permit(repository, caller, found.route.needs);
  if (found.route.guard && faults.standing(found.route.guard))
    throw new GitHostRefusal(403, 'Resource not accessible by integration');
  return found.route.answer({ ...asked, params: found.params, repository, by: accountOf(caller, gitHost) });
}

function parsed(body: string): unknown {
  try {
    return body === '' ? undefined : JSON.parse(body);
  } catch {
    throw new GitHostRefusal(400, 'Problems parsing JSON');
  }
}

/** Anonymous requests may change nothing. */
function accountOf(caller: Caller, { accounts }: Surroundings): Account {
  if (caller.kind === 'app') return caller.app.bot;
  return caller.kind === 'nobody' ? accounts.account('ghost') : caller.account;
}

function nameOf(caller: Caller): string {
  if (caller.kind === 'nobody') return '';
  return caller.kind === 'app' ? caller.app.slug : caller.account.login;
}

function common({ limits }: ApiParts, who: string): Record<string, string> {
  return {
    'x-github-media-type': 'github.v3; format=json',
    'x-github-request-id': randomUUID(),
    ...limits.headers(who),
  };
}

function refused({ status, message, more }: GitHostRefusal, headers: Record<string, string>): HttpAnswer {
  const body = {
    message,
    ...(more.errors ? { errors: more.errors } : {}),
    documentation_url: 'https://docs.github.com/rest',
    status: String(status),
  };
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers, ...more.headers },
    body: JSON.stringify(body),
  };
}

/** The request itself costs nothing: https://docs.github.com/en/rest/rate-limit/rate-limit */
function rateLimit(parts: ApiParts, who: string, { method, url }: ApiRequest): HttpAnswer {
  const headers = common(parts, who);
  const number = (name: string): number => Number(headers[`x-ratelimit-${name}`]);
  const core = {
    limit: number('limit'),
    remaining: number('remaining'),
    used: number('used'),
    reset: number('reset'),
  };
  const shown = httpAnswer(
    { body: { resources: { core, search: core }, rate: core } },
    { url, who, known: undefined, method },
  );
  return { ...shown, headers: { ...headers, ...shown.headers } };
}

import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/core';
import { retry } from '@octokit/plugin-retry';
import { throttling, type ThrottlingOptions } from '@octokit/plugin-throttling';
import { z } from 'zod';
import type { RepositorySettings } from '../../starter/settings.js';
import { readCredential } from '../credentials.js';
import { Redaction } from '../redaction.js';
import { boundedFetch } from './bounded-fetch.js';
import { GitHostFailed } from './git-host-failed.js';
import { gitHostFailure } from './github-failure.js';

/** Limit of one request, with all its attempts and pauses. Milliseconds. */
const callMs = 60_000;
/** A longer pause that GitHub asks for is not waited for here: the caller knows what else there is to do. Seconds. */
const pauseMax = 20;
const attempts = 2;

export const pageSize = 100;

/** The parameters of a route: `{number}` in it, the query, the body. */
export type Parameters = Readonly<Record<string, unknown>>;

/** An answer to a conditional request. */
export type IfChanged<T> =
  | { readonly changed: true; readonly value: T; readonly etag: string | undefined }
  | { readonly changed: false };

/** One repository at GitHub, and our account there. Every call is bounded, and fails with a GitHostFailed. */
export interface GitHub {
  readonly name: string;
  /** GitHub allows check runs for apps only. */
  readonly isApp: boolean;
  /** `GET /repos/{owner}/{repo}/…` and similar: returns the validated answer. */
  call<T>(shape: z.ZodType<T>, route: string, parameters?: Parameters): Promise<T>;
  /** The same, unless nothing changed since `etag`: such a request does not count towards the rate limit. */
  ifChanged<T>(
    shape: z.ZodType<T>,
    route: string,
    parameters: Parameters,
    etag: string | undefined,
  ): Promise<IfChanged<T>>;
  /** All pages of a list, at most `pagesMax`. */
  pages<T>(shape: z.ZodType<T>, route: string, parameters: Parameters, pagesMax: number): Promise<T[]>;
  /** The login of our account: `ada`, or `slipway[bot]` of an app. */
  ownLogin(): Promise<string>;
  /** The token that git signs in with, while it is valid. */
  gitToken(): Promise<string>;
}

const Throttled = Octokit.plugin(throttling, retry);

/** A limiter without pauses between writes, for `RepositorySettings.pauses`. */
const unspaced = { key: () => ({ schedule: () => Promise.resolve() }) } as unknown as NonNullable<
  ThrottlingOptions['write']
>;
/** Octokit's plugins apply the pauses that GitHub asks for between two writes and before a retry. */
const noPauses = {
  retry: { retryAfterBaseValue: 1 },
  throttle: { write: unspaced, notifications: unspaced },
};

/**
 * Opens GitHub for one repository of starter.yaml; sends no request yet.
 *
 * @param base where relative credential files start; default: the folder of starter.yaml.
 * @throws Refusal `credential-unreadable`; Error where starter.yaml names no access.
 */
export async function openGitHub(repository: RepositorySettings, base = repository.base): Promise<GitHub> {
  const { access, name, api } = repository;
  if (!access)
    throw new Error(`starter.yaml names no access to ${name}. Add access: { token: { env: NAME } }.`);
  const isApp = 'app' in access;
  const secret = (
    await readCredential(
      isApp ? `key of the app for ${name}` : `token for ${name}`,
      isApp ? access.app.key : access.token,
      base,
    )
  ).text.trim();
  const redaction = new Redaction([secret]);
  const pauses = repository.pauses === 'none' ? noPauses : undefined;
  const octokit = new Throttled({
    baseUrl: api,
    userAgent: 'slipway',
    ...(isApp
      ? {
          authStrategy: createAppAuth,
          auth: { appId: access.app.id, installationId: access.app.installation, privateKey: secret },
        }
      : { auth: secret }),
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    request: { fetch: boundedFetch },
    retry: { retries: attempts, ...pauses?.retry },
    throttle: {
      ...pauses?.throttle,
      // Rate-limit groups are kept per credential.
      id: `${api} ${name}`,
      onRateLimit: mayPause,
      onSecondaryRateLimit: mayPause,
      fallbackSecondaryRateRetryAfter: pauseMax,
    },
  });
  const [owner = '', repo = ''] = name.split('/');
  return new OpenGitHub({ name, isApp, owner, repo, octokit, redaction, secret });
}

function mayPause(after: number, _request: object, _octokit: object, retries: number): boolean {
  return after <= pauseMax && retries < attempts;
}

const quiet = (): void => undefined;

interface Opened {
  readonly name: string;
  readonly isApp: boolean;
  readonly owner: string;
  readonly repo: string;
  readonly octokit: Octokit;
  readonly redaction: Redaction;
  readonly secret: string;
}

class OpenGitHub implements GitHub {
  readonly name: string;
  readonly isApp: boolean;
  #login: string | undefined;

  constructor(private readonly opened: Opened) {
    this.name = opened.name;
    this.isApp = opened.isApp;
  }

  async call<T>(shape: z.ZodType<T>, route: string, parameters: Parameters = {}): Promise<T> {
    return this.#read(shape, (await this.#ask(route, parameters)).data, route);
  }

  async ifChanged<T>(
    shape: z.ZodType<T>,
    route: string,
    parameters: Parameters,
    etag: string | undefined,
  ): Promise<IfChanged<T>> {
    const headers = etag === undefined ? {} : { 'if-none-match': etag };
    const answer = await this.#ask(route, { ...parameters, headers }, true);
    if (answer.status === 304) return { changed: false };
    return { changed: true, value: this.#read(shape, answer.data, route), etag: answer.etag };
  }

  async pages<T>(shape: z.ZodType<T>, route: string, parameters: Parameters, pagesMax: number): Promise<T[]> {
    const all: T[] = [];
    for (let page = 1; page <= pagesMax; page += 1) {
      const found = await this.call(z.array(shape), route, { ...parameters, per_page: pageSize, page });
      all.push(...found);
      if (found.length < pageSize) break;
    }
    return all;
  }

  async ownLogin(): Promise<string> {
    this.#login ??= this.isApp
      ? `${(await this.call(z.object({ slug: z.string() }), 'GET /app')).slug}[bot]`
      : (await this.call(z.object({ login: z.string() }), 'GET /user')).login;
    return this.#login;
  }

  async gitToken(): Promise<string> {
    if (!this.isApp) return this.opened.secret;
    const given: unknown = await this.#bounded('a token for git', () =>
      this.opened.octokit.auth({ type: 'installation' }),
    );
    return this.#read(z.object({ token: z.string().min(1) }), given, 'a token for git').token;
  }

  async #ask(
    route: string,
    parameters: Parameters,
    mayBeUnchanged = false,
  ): Promise<{ status: number; data: unknown; etag: string | undefined }> {
    const { owner, repo, octokit } = this.opened;
    // Requests that create something are sent once: the caller first checks whether a failed attempt created it.
    const once = route.startsWith('POST ') ? { retries: 0 } : {};
    // Octokit puts parameters that a route does not name into the query.
    const where = route.includes('{owner}') ? { owner, repo } : {};
    const act = async (signal: AbortSignal) => {
      const request = { signal, ...once };
      const answer = await octokit.request(route, { ...where, ...parameters, request });
      return { status: answer.status, data: answer.data as unknown, etag: answer.headers.etag };
    };
    const unchanged = { status: 304, data: undefined, etag: undefined };
    return this.#bounded(route, act, mayBeUnchanged ? unchanged : undefined);
  }

  async #bounded<T>(
    what: string,
    act: (signal: AbortSignal) => Promise<unknown>,
    ifUnchanged?: T,
  ): Promise<T> {
    const gone = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    // A pause in Octokit's plugins does not react to a signal.
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        gone.abort();
        reject(new Error(`no answer within ${callMs / 1000} s`));
      }, callMs);
    });
    try {
      return (await Promise.race([act(gone.signal), late])) as T;
    } catch (error) {
      if (ifUnchanged !== undefined && (error as { status?: unknown }).status === 304) return ifUnchanged;
      throw gitHostFailure(error, `${this.name}: ${what}`, this.opened.redaction);
    } finally {
      clearTimeout(timer);
    }
  }

  #read<T>(shape: z.ZodType<T>, data: unknown, route: string): T {
    const parsed = shape.safeParse(data);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const where = issue ? `${issue.path.join('.')}: ${issue.message}` : 'it does not fit';
    throw new GitHostFailed('strange', `${this.name}: ${route}: an answer that cannot be used (${where})`);
  }
}

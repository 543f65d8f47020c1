import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultPlan } from '../faults/fault-plan.js';
import { answerApi, type ApiAnswer, type ApiParts } from './github-api.js';
import { isGit, serveGit } from './git-http.js';

/** A line of `github.jsonl`: an answered request, or an unanswered one (status 0). It holds no token and no body. */
export interface GitHostLine {
  /** ISO time with milliseconds. */
  readonly time: string;
  readonly method: string;
  /** With its query: `/api/v3/repos/acme/home-ops/pulls?state=open`. */
  readonly path: string;
  /** The sender: a login, an app, or empty. */
  readonly by: string;
  readonly status: number;
}

/** The API has the same path as in GitHub Enterprise Server. */
export const API_PATH = '/api/v3';

const BODY_BYTES_MOST = 10 * 1024 * 1024;

/** How often a hanging request checks whether the fault still stands. */
const HANG_LOOK_MS = 20;

const PAGE_FOR_PEOPLE =
  '<!DOCTYPE html><html><body><h1>No server is currently available.</h1></body></html>\n';

/** What a fake GitHub's server is made of. */
export interface ServerParts extends ApiParts {
  readonly faults: FaultPlan;
  readonly stopped: AbortSignal;
  note(line: GitHostLine): void;
}

/** A server that is not listening yet. */
export function fakeGitHubServer(parts: ServerParts): Server {
  return createServer((request, response) => {
    void serve(parts, request, response).catch(() => response.destroy());
  });
}

async function serve(parts: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET' } = request;
  const url = new URL(request.url ?? '/', parts.gitHost.urls.web);
  const note = (status: number, by: string): void =>
    parts.note({ time: new Date().toISOString(), method, path: url.pathname + url.search, by, status });
  if (parts.faults.standing('github:connected')) {
    note(0, '');
    request.socket.destroy();
    return;
  }
  if (isGit(url.pathname)) {
    const { status, by } = await serveGit(parts, url, request, response);
    note(status, by);
    return;
  }
  const answer = await apiAnswer(parts, url, request, response);
  if (answer === undefined || response.destroyed) {
    note(0, answer?.by ?? '');
    response.destroy();
    return;
  }
  const lost = method !== 'GET' && answer.status < 300 && parts.faults.take('github:changed') !== undefined;
  note(lost ? 0 : answer.status, answer.by);
  if (lost) {
    response.destroy();
    return;
  }
  response.writeHead(answer.status, answer.headers);
  response.end(method === 'HEAD' ? undefined : answer.body);
}

/** Undefined: the client disconnected, or a fault suppresses the answer. */
async function apiAnswer(
  parts: ServerParts,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<ApiAnswer | undefined> {
  const { faults, stopped } = parts;
  if (faults.standing('github:up'))
    return { status: 503, headers: { 'content-type': 'text/html' }, body: PAGE_FOR_PEOPLE, by: '' };
  const body = await bodyOf(request);
  if (body === undefined) return refusal(413, 'Payload too large');
  while (faults.standing('github:waiting')) {
    if (response.destroyed || stopped.aborted) return undefined;
    await sleep(HANG_LOOK_MS);
  }
  if (url.pathname !== API_PATH && !url.pathname.startsWith(`${API_PATH}/`))
    return refusal(404, `Not Found (the fake GitHub of the lab shows people nothing: ${url.pathname})`);
  const { method = 'GET', headers } = request;
  return answerApi(parts, { method, path: url.pathname.slice(API_PATH.length), url, headers, body });
}

function refusal(status: number, message: string): ApiAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message }),
    by: '',
  };
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes <= BODY_BYTES_MOST) chunks.push(chunk as Buffer);
  }
  return bytes > BODY_BYTES_MOST ? undefined : Buffer.concat(chunks).toString('utf8');
}

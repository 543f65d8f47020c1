import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import type { FaultPlan } from '../faults/fault-plan.js';
import { answerByProgram } from '../processes/cgi.js';
import { gitEnvironment } from '../processes/git.js';
import type { Account, Caller } from './accounts.js';
import { BareRepository } from './bare-repository.js';
import type { GitHostRepository, Surroundings } from './hosted-repository.js';
import { permit } from './permissions.js';
import { pushed } from './pushes.js';
import { GitHostRefusal } from './refusal.js';

/** git's HTTP request paths: `/acme/home-ops.git/info/refs`. */
const GIT_PATH = /^\/(?<name>[^/]+\/[^/]+?)(?:\.git)?\/(?<asks>info\/refs|git-upload-pack|git-receive-pack)$/;

const TIMEOUT_MS = 60_000;

/** The bytes of an answer that get through before a fault breaks the connection. */
const CUT_AFTER_BYTES = 64;

/** The parts that serve git. */
export interface GitParts {
  readonly gitHost: Surroundings;
  readonly faults: FaultPlan;
}

/** Whether a path is one of git's. */
export function isGit(pathname: string): boolean {
  return GIT_PATH.test(pathname);
}

/**
 * Serves git's smart HTTP with the real `git http-backend`; a push triggers its webhooks.
 *
 * @returns the status (0: no answer), and the sender
 */
export async function serveGit(
  { gitHost, faults }: GitParts,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<{ status: number; by: string }> {
  const { name = '', asks = '' } = GIT_PATH.exec(url.pathname)?.groups ?? {};
  const writes = asks === 'git-receive-pack' || url.searchParams.get('service') === 'git-receive-pack';
  let by: Account | undefined;
  try {
    if (faults.standing('git:asked')) throw new GitHostRefusal(503, 'Service Unavailable');
    if (request.headers.authorization && faults.standing('github:token'))
      throw new GitHostRefusal(401, 'Bad credentials');
    const caller = gitHost.accounts.caller(request.headers.authorization);
    by = actor(caller);
    const repository = permitted(gitHost, name, caller, writes);
    const git = writes || !faults.standing('git:replica') ? repository.git : await behind(repository);
    const serve = async (): Promise<number> => {
      const cut = asks === 'git-upload-pack' && faults.take('git:sending') === 'git-cut';
      const env = cgiEnvironment(git, url, request, { asks, by: by?.login ?? '' });
      const program = { command: 'git', args: ['http-backend'], env, timeoutMs: TIMEOUT_MS };
      return (
        (await answerByProgram(
          cut ? { ...program, cutAfter: CUT_AFTER_BYTES } : program,
          request,
          response,
        )) ?? 0
      );
    };
    if (asks !== 'git-receive-pack') return { status: await serve(), by: by?.login ?? '' };
    const status = await repository.gitHost.exclusively(async () => {
      const before = await repository.git.heads();
      const answered = await serve();
      await pushed(repository, before, by ?? repository.owner);
      return answered;
    });
    return { status, by: by?.login ?? '' };
  } catch (error) {
    if (!(error instanceof GitHostRefusal)) throw error;
    const ask = error.status === 401 ? { 'www-authenticate': 'Basic realm="GitHub"' } : {};
    response.writeHead(error.status, { 'content-type': 'text/plain', ...ask });
    response.end(`${error.message}\n`);
    return { status: error.status, by: by?.login ?? '' };
  }
}

/** The repositories of a lagging replica: one for each state it lags behind, since the requests of one fetch must see the same state. */
function behind(repository: GitHostRepository): Promise<BareRepository> {
  const { git, defaultBranch } = repository;
  return repository.gitHost.exclusively(async () => {
    const state = createHash('sha256')
      .update(JSON.stringify([...(await git.heads())]))
      .digest('hex');
    const directory = git.directory.replace(/\.git$/, `.behind-${state.slice(0, 12)}.git`);
    return BareRepository.behind(git, directory, defaultBranch);
  });
}

/** A request without a token gets a 401, whether or not the repository exists. */
function permitted(gitHost: Surroundings, name: string, caller: Caller, writes: boolean): GitHostRepository {
  const repository = gitHost.repositories.get(name);
  const need = writes
    ? ({ role: 'write', app: ['contents:write'] } as const)
    : ({ role: 'read', app: ['contents:read'] } as const);
  if (caller.kind === 'nobody' && (!repository || repository.private || writes))
    throw new GitHostRefusal(401, 'Authentication required.');
  if (!repository) throw new GitHostRefusal(404, 'Repository not found.');
  permit(repository, caller, need);
  return repository;
}

function actor(caller: Caller): Account | undefined {
  if (caller.kind === 'person' || caller.kind === 'installation') return caller.account;
  return caller.kind === 'app' ? caller.app.bot : undefined;
}

/** https://git-scm.com/docs/git-http-backend */
function cgiEnvironment(
  git: BareRepository,
  url: URL,
  request: IncomingMessage,
  { asks, by }: { asks: string; by: string },
): Record<string, string> {
  const given = (name: string, value: string | undefined): Record<string, string> =>
    value === undefined ? {} : { [name]: value };
  const { headers } = request;
  const protocol = headers['git-protocol'];
  return {
    ...gitEnvironment(git.directory),
    GIT_PROJECT_ROOT: path.dirname(git.directory),
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${path.basename(git.directory)}/${asks}`,
    QUERY_STRING: url.search.slice(1),
    REQUEST_METHOD: request.method ?? 'GET',
    REMOTE_ADDR: '127.0.0.1',
    REMOTE_USER: by,
    ...given('CONTENT_TYPE', headers['content-type']),
    ...given('CONTENT_LENGTH', headers['content-length']),
    ...given('HTTP_CONTENT_ENCODING', headers['content-encoding']),
    ...given('GIT_PROTOCOL', typeof protocol === 'string' ? protocol : undefined),
  };
}

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastifyCookie from '@fastify/cookie';
import { reportMarkdown } from '../planning/report/report-markdown.js';
import { reportOfView } from '../runs/view/report-of-view.js';
import { bearer, isOwnHost, type Gate } from './access.js';
import { loadAssets, type Assets } from './assets.js';
import { openLive, type Live, type Look, type Rhythm } from './live.js';
import { SourceUnreachable, type PageSource } from './page-source.js';
import { NotThere, notThere, routes, runOf, type Params, type Route } from './routes.js';
import { documentOf, mainOf } from './screens/layout.js';
import { loginScreen, problemScreen, type Problem } from './screens/problem.js';
import { addresses, type Frame, type Screen } from './screens/screen.js';
import { securityHeaders } from './security-headers.js';

/** The options of the plugin. */
export interface PageOptions {
  readonly source: PageSource;
  /** Host names of the page, besides `localhost` and IP addresses. */
  readonly hosts: readonly string[];
  /** Undefined: whoever reaches the port may read the page. */
  readonly gate: Gate | undefined;
  /** An IANA name. */
  readonly timeZone: string;
  readonly rhythm?: Rhythm;
  /** Gets unexpected errors; browsers get no details. */
  readonly onError: (error: unknown) => void;
}

const html = 'text/html; charset=utf-8';
const cookie = 'slipway_page';
const yearSeconds = 31_536_000;
/** The response to a request that is not logged in. */
const openRoutes = ['/assets/:name', '/login'] as const;

/** The page as a fastify plugin: read-only, except for login and logout. Its prefix is the mount path. */
export async function pagePlugin(app: FastifyInstance, options: PageOptions): Promise<void> {
  const page = new Page(app.prefix, options);
  await app.register(fastifyCookie);
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 4096 },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
  app.addHook('onSend', async (_request, reply) => void reply.headers(securityHeaders));
  app.addHook('onRequest', async (request, reply) => page.admit(request, reply));
  app.addHook('preClose', async () => page.live.close());
  app.setErrorHandler((error, request, reply) => page.failed(error, request, reply));
  app.setNotFoundHandler((request, reply) =>
    page.failed(notThere('Nothing is here', 'No screen of the page has this address.'), request, reply),
  );
  for (const route of routes) {
    app.get(route.path, async (request, reply) => page.show(route, request, reply));
    // A HEAD request on an event stream would never end.
    if (!route.live) continue;
    app.get(`/live${route.path}`, { exposeHeadRoute: false }, async (request, reply) =>
      page.watch(route, request, reply),
    );
  }
  app.get('/clusters/:cluster/runs/:run/report.md', async (request, reply) => page.markdown(request, reply));
  app.get('/clusters/:cluster/runs/:run/report.json', async (request, reply) => page.json(request, reply));
  app.get(openRoutes[0], async (request, reply) => page.asset(request, reply));
  app.post(openRoutes[1], async (request, reply) => page.login(request, reply));
  app.post('/logout', async (_request, reply) => page.logout(reply));
}

/** What the routes of one mounted page share. */
class Page {
  readonly live: Live;
  readonly #assets: Assets = loadAssets();

  constructor(
    private readonly base: string,
    private readonly options: PageOptions,
  ) {
    this.live = openLive(options.rhythm);
  }

  /** Lets in requests with access; answers all others. */
  async admit(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const { gate, hosts } = this.options;
    if (!isOwnHost(request.headers.host, hosts)) {
      return reply
        .code(421)
        .type('text/plain; charset=utf-8')
        .send('This page is not known by that name. Its settings list the names it has: hosts.\n');
    }
    if (!gate || this.#isOpen(request)) return undefined;
    const now = Date.now();
    const token = bearer(request.headers.authorization);
    const session = request.cookies[cookie];
    if (token !== undefined ? gate.isToken(token) : session !== undefined && gate.isSession(session, now))
      return undefined;
    reply.header('www-authenticate', 'Bearer realm="slipway"');
    return this.#send(reply.code(401), this.#login(request.url, false));
  }

  /** The paths that are reachable without a login. */
  #isOpen({ routeOptions }: FastifyRequest): boolean {
    return openRoutes.some((route) => routeOptions.url === `${this.base}${route}`);
  }

  async show(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const frame = this.#frame();
    const screen = await route.look(this.options.source, request.params as Params, frame);
    return this.#send(reply, screen, `${this.base}/live${this.#path(request)}`);
  }

  /** Updates of one screen as server-sent events. */
  async watch(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const params = request.params as Params;
    // A missing page gets its 404 instead of an event stream.
    const look = async (): Promise<Look> => this.#look(route, params);
    await route.look(this.options.source, params, this.#frame()).catch((error: unknown) => {
      if (!(error instanceof SourceUnreachable)) throw error;
    });
    const stream = this.live.watch(this.#path(request), look);
    if (!stream) throw new NotThere(tooMany);
    return reply
      .type('text/event-stream; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('x-accel-buffering', 'no')
      .send(stream);
  }

  async #look(route: Route, params: Params): Promise<Look> {
    try {
      const screen = await route.look(this.options.source, params, this.#frame());
      const { title, tone, announce, live } = screen;
      const icon = `${this.base}/assets/${this.#assets.icon(tone)}`;
      return {
        kind: 'screen',
        live,
        change: { title: `${title} · Slipway`, icon, announce, main: mainOf(screen) },
      };
    } catch (error) {
      return { kind: 'trouble', text: this.#problem(error).text };
    }
  }

  async markdown(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const view = await runOf(this.options.source, request.params as Params);
    const text = reportMarkdown(reportOfView(view, Date.now()));
    return download(reply, `${view.cluster}-run-${view.run}.md`)
      .type('text/markdown; charset=utf-8')
      .send(text);
  }

  async json(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const view = await runOf(this.options.source, request.params as Params);
    const text = `${JSON.stringify(reportOfView(view, Date.now()), undefined, 2)}\n`;
    return download(reply, `${view.cluster}-run-${view.run}.json`)
      .type('application/json; charset=utf-8')
      .send(text);
  }

  async asset(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const asset = this.#assets.files.get((request.params as Params)['name'] ?? '');
    if (!asset) throw notThere('Nothing is here', 'The page has no such file.');
    return reply
      .type(asset.type)
      .header('cache-control', `public, max-age=${yearSeconds}, immutable`)
      .send(asset.text);
  }

  async login(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const { gate } = this.options;
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    const next = this.#ownPath(form.get('next'));
    if (!gate) return reply.redirect(next, 303);
    if (!gate.isToken((form.get('token') ?? '').trim()))
      return this.#send(reply.code(401), this.#login(next, true));
    const { value, seconds } = gate.session(Date.now());
    // Lax: links in messages lead here, and a GET changes nothing.
    reply.setCookie(cookie, value, {
      ...this.#cookieScope(request),
      maxAge: seconds,
    });
    return reply.redirect(next, 303);
  }

  #login(next: string, wrong: boolean): Screen {
    return loginScreen({ action: `${this.base}/login`, next, wrong }, this.#frame());
  }

  logout(reply: FastifyReply): unknown {
    reply.clearCookie(cookie, this.#cookieScope(reply.request));
    return reply.redirect(`${this.base}/`, 303);
  }

  #cookieScope({ protocol }: FastifyRequest) {
    return {
      path: `${this.base}/`,
      httpOnly: true,
      sameSite: 'lax',
      secure: protocol === 'https',
    } as const;
  }

  /** Where a browser is redirected after login: always a path of this page, whatever the form contains. */
  #ownPath(next: string | null): string {
    const home = `${this.base}/`;
    const safe = next !== null && next.startsWith(home) && /^\/(?![/\\])[\w\-./%]*$/.test(next);
    return safe ? next : home;
  }

  async failed(error: unknown, _request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const problem = this.#problem(error);
    const screen = problemScreen(problem, this.#frame());
    return this.#send(reply.code(problem.status), screen);
  }

  #problem(error: unknown): Problem {
    if (error instanceof NotThere) return error.problem;
    if (error instanceof SourceUnreachable) return unreachable(error);
    const status = statusOf(error);
    if (status !== undefined && status < 500)
      return { ...unexpected, status, title: 'That cannot be answered', passes: false };
    this.options.onError(error);
    return unexpected;
  }

  async #send(reply: FastifyReply, screen: Screen, liveAt?: string): Promise<unknown> {
    const around = {
      assetsAt: `${this.base}/assets/`,
      assets: this.#assets,
      liveAt,
      logoutAt: this.options.gate && reply.statusCode !== 401 ? `${this.base}/logout` : undefined,
    };
    return reply
      .type(html)
      .header('cache-control', 'no-store')
      .send(documentOf(screen, this.#frame(), around));
  }

  #frame(): Frame {
    const { source, timeZone } = this.options;
    return {
      clock: { now: Date.now(), timeZone },
      at: addresses(this.base, (workflowId) => source.webUi(workflowId)),
    };
  }

  #path({ url }: FastifyRequest): string {
    const [path = '/'] = url.slice(this.base.length).split('?');
    return path.replace(/^\/live(?=\/)/, '');
  }
}

const unexpected: Problem = {
  status: 500,
  title: 'The page did not expect this',
  text: 'It is a bug of the page, not of your cluster; its server’s log names it.',
  commands: ['slipway status'],
  passes: false,
};

const tooMany: Problem = {
  status: 503,
  title: 'Too many watch',
  text: 'This screen stands still: too many browsers watch for changes already.',
  commands: [],
  passes: true,
};

function unreachable({ address }: SourceUnreachable): Problem {
  return {
    status: 503,
    title: 'Temporal does not answer',
    text: `${address} does not answer. Nothing new is decided until it does, and nothing is lost. This page looks again automatically.`,
    commands: ['slipway serve'],
    passes: true,
  };
}

function statusOf(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'statusCode' in error
    ? Number(error.statusCode)
    : undefined;
}

function download(reply: FastifyReply, name: string): FastifyReply {
  return reply
    .header('cache-control', 'no-store')
    .header('content-disposition', `inline; filename="${name}"`);
}

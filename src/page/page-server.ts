import fastify from 'fastify';
import { readCredential } from '../tools/credentials.js';
import { tokenGate } from './access.js';
import { pagePlugin, type PageOptions } from './page-plugin.js';
import type { PageSource } from './page-source.js';
import type { PageSettings } from './settings.js';

/** Where the page listens. */
export interface Listen {
  readonly address: string;
  readonly port: number;
}

export interface PageServer {
  /** Where browsers find it. */
  readonly url: string;
  close(): Promise<void>;
}

/** A request that is not complete in this time is dropped. Milliseconds. */
const requestMs = 10_000;
/** The largest body is the login form with a token. */
const bodyMax = 4_096;
/** Maximum length of a name in an address; Kubernetes' longest names have 253 characters. */
const paramMax = 300;

/** What the server of a page provides. */
export interface Serving {
  /** The folder that relative paths of token files start at. */
  readonly base: string;
  /** Gets unexpected errors. */
  readonly onError: (error: unknown) => void;
}

/**
 * The plugin's options from the page's settings: for this server, or for one that serves more than the page.
 *
 * @throws Refusal `credential-unreadable` when a token cannot be read; UnfitToken when one is too short.
 */
export async function pageOptions(
  { access, hosts, timeZone }: PageSettings,
  source: PageSource,
  { base, onError }: Serving,
): Promise<PageOptions> {
  const references = typeof access === 'object' && 'tokens' in access ? access.tokens : [];
  const tokens = await Promise.all(
    references.map((reference) => readCredential("the page's token", reference, base)),
  );
  return {
    source,
    hosts,
    gate: tokens.length > 0 ? tokenGate(tokens.map(({ text }) => text)) : undefined,
    timeZone: timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
    onError,
  };
}

/** Serves the page on its own port. @throws as `pageOptions`, and Node's error when the port is not available. */
export async function startPage(
  settings: PageSettings,
  { address, port }: Listen,
  source: PageSource,
  serving: Serving,
): Promise<PageServer> {
  const options = await pageOptions(settings, source, serving);
  const app = fastify({
    logger: false,
    bodyLimit: bodyMax,
    requestTimeout: requestMs,
    // Forwarded headers count only from a declared proxy.
    trustProxy: typeof settings.access === 'object' && 'proxy' in settings.access,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: paramMax },
  });
  await app.register(pagePlugin, options);
  return { url: await app.listen({ host: address, port }), close: () => app.close() };
}

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

/** A request that is not sent whole in this time is none. Milliseconds. */
const requestMs = 10_000;
/** The page takes a token, and nothing longer. */
const bodyMax = 4_096;
/** Names in addresses; Kubernetes' longest has 253 characters. */
const paramMax = 300;

/** What a page needs of whoever serves it. */
export interface Serving {
  /** The folder relative files of token references start at. */
  readonly base: string;
  /** Gets what the page did not expect. */
  readonly onError: (error: unknown) => void;
}

/**
 * What the page is mounted with, by its settings: here, or by a server that has more than the page.
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

/** The page on a port of its own. @throws as `pageOptions`, and what Node says of a port that cannot be had. */
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
    // Only a proxy that was declared is believed about who asks it, and how.
    trustProxy: typeof settings.access === 'object' && 'proxy' in settings.access,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: paramMax },
  });
  await app.register(pagePlugin, options);
  return { url: await app.listen({ host: address, port }), close: () => app.close() };
}

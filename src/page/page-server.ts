import fastify, { type FastifyInstance } from 'fastify';
import { readCredential } from '../tools/credentials.js';
import { tokenGate, type Gate } from './access.js';
import { pagePlugin } from './page-plugin.js';
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

/**
 * The page on a port of its own.
 *
 * @param base the folder relative files of token references start at.
 * @throws Refusal `credential-unreadable` when a token cannot be read; UnfitToken when one is too short.
 */
export async function startPage(
  settings: PageSettings,
  { address, port }: Listen,
  source: PageSource,
  { base, onError }: { readonly base: string; readonly onError: (error: unknown) => void },
): Promise<PageServer> {
  const gate = await gateOf(settings, base);
  const proxied = typeof settings.access === 'object' && 'proxy' in settings.access;
  const app = fastify({
    logger: false,
    bodyLimit: bodyMax,
    requestTimeout: requestMs,
    // Only a proxy that was declared is believed about who asks it, and how.
    trustProxy: proxied,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 300 },
  });
  await app.register(pagePlugin, {
    source,
    hosts: settings.hosts,
    gate,
    timeZone: settings.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
    onError,
  });
  return { url: await listen(app, { address, port }), close: () => app.close() };
}

async function listen(app: FastifyInstance, { address, port }: Listen): Promise<string> {
  return app.listen({ host: address, port });
}

async function gateOf({ access }: PageSettings, base: string): Promise<Gate | undefined> {
  if (typeof access === 'string' || !('tokens' in access)) return undefined;
  const credentials = await Promise.all(
    access.tokens.map((reference) => readCredential("the page's token", reference, base)),
  );
  return tokenGate(credentials.map(({ text }) => text));
}

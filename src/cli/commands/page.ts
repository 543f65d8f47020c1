import { temporalSource } from '../../page/temporal-source.js';
import { startPage, type Listen, type PageServer } from '../../page/page-server.js';
import { UnfitToken } from '../../page/access.js';
import { PageSettings, unfit } from '../../page/settings.js';
import { describe } from '../../planning/reasons/describe.js';
import { sentence } from '../../planning/text/sentence.js';
import { Refusal } from '../../tools/refusal.js';
import { exitCodes, UserMistake, type ExitCode } from '../mistakes.js';
import { openTemporal } from '../temporal/connect-temporal.js';
import { print, say } from '../terminal.js';

export interface PageOptions {
  readonly listen: string;
  readonly tokenFile?: readonly string[];
  readonly tokenEnv?: readonly string[];
  readonly behindProxy?: boolean;
  readonly host?: readonly string[];
  readonly timeZone?: string;
  readonly taskQueue: string;
}

/** Serves the page until a signal ends it. While Temporal does not respond, the page says so and retries. */
export async function page(options: PageOptions): Promise<ExitCode> {
  const listen = listenOf(options.listen);
  const settings = settingsOf(options);
  const wrong = unfit(settings, listen.address);
  if (wrong !== undefined) {
    throw new UserMistake(
      wrong,
      'Example: slipway page --listen 0.0.0.0:8801 --host slipway.example.org --token-file secrets/page-token',
    );
  }
  const temporal = openTemporal();
  try {
    const source = temporalSource(temporal, options.taskQueue);
    const server = await start(settings, listen, source);
    print(`The page is at ${server.url}. Ctrl-C ends it.`);
    await untilSignalled();
    await server.close();
    return exitCodes.ok;
  } finally {
    await temporal.close();
  }
}

async function start(
  settings: PageSettings,
  listen: Listen,
  source: ReturnType<typeof temporalSource>,
): Promise<PageServer> {
  try {
    return await startPage(settings, listen, source, {
      base: process.cwd(),
      onError: (error) => say(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    });
  } catch (error) {
    if (error instanceof Refusal) throw new UserMistake(sentence(describe(error.reason)));
    if (error instanceof UnfitToken) throw new UserMistake(error.message);
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EADDRINUSE' && code !== 'EADDRNOTAVAIL' && code !== 'EACCES') throw error;
    throw new UserMistake(
      `${listen.address}:${listen.port} cannot be listened on (${code}).`,
      'Name another: slipway page --listen 127.0.0.1:8802',
    );
  }
}

const portMax = 65_535;

/** Port 0 means any free port. @throws UserMistake for anything not like `8801`, `127.0.0.1:8801` or `[::1]:8801`. */
function listenOf(text: string): Listen {
  const match = /^(?:(?:\[(?<six>[0-9a-f:.]+)\]|(?<address>[^:\s[\]]+)):)?(?<port>\d{1,5})$/i.exec(text);
  const port = Number(match?.groups?.['port']);
  if (!match || port > portMax)
    throw new UserMistake(`--listen ${text} names no port to listen on.`, 'Example: --listen 127.0.0.1:8801');
  return { address: match.groups?.['six'] ?? match.groups?.['address'] ?? '127.0.0.1', port };
}

function settingsOf(options: PageOptions): PageSettings {
  const { tokenFile = [], tokenEnv = [], behindProxy, host = [], timeZone } = options;
  const tokens = [...tokenFile.map((file) => ({ file })), ...tokenEnv.map((env) => ({ env }))];
  if (behindProxy && tokens.length > 0)
    throw new UserMistake(
      'The page asks for a token, or leaves it to its proxy who is there: name one of both.',
    );
  const parsed = PageSettings.safeParse({
    ...(behindProxy ? { access: { proxy: true } } : tokens.length > 0 ? { access: { tokens } } : {}),
    hosts: host,
    ...(timeZone === undefined ? {} : { timeZone }),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserMistake(`These settings cannot be used: ${issue?.message ?? 'they are of another shape'}.`);
}

async function untilSignalled(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

import { renderToString } from 'preact-render-to-string';
import type { VNode } from 'preact';
import type { Assets } from '../assets.js';
import type { Frame, Screen } from './screen.js';

/** Seconds until a browser without scripts reloads. */
const refreshSeconds = 10;

/** What a document needs around its screen. */
export interface Surroundings {
  /** Where the page's files are, with a slash at the end. */
  readonly assetsAt: string;
  readonly assets: Assets;
  /** Address of its event stream; undefined: nothing changes. */
  readonly liveAt: string | undefined;
  /** Address of the logout; undefined: there is no login. */
  readonly logoutAt: string | undefined;
}

/** A whole document. */
export function documentOf(screen: Screen, frame: Frame, around: Surroundings): string {
  return `<!DOCTYPE html>${rendered(<Document screen={screen} frame={frame} around={around} />)}`;
}

/** The HTML inside `main`, which is sent again after each change. */
export function mainOf(screen: Screen): string {
  return rendered(screen.body);
}

/** Rendered HTML, escaped by the template. Control characters, bidi controls and invisible characters become U+FFFD. */
function rendered(node: VNode): string {
  return renderToString(node).replaceAll(/\p{Cc}|\p{Bidi_Control}|[\u200B\u2060-\u2064\uFEFF]/gu, (sign) =>
    sign === '\n' || sign === '\t' ? sign : '\uFFFD',
  );
}

/** The HTML without running durations, for detecting changes. */
export function withoutCounting(html: string): string {
  return html.replaceAll(/(<time class="lasts"[^>]*>)[^<]*/g, '$1');
}

function Document({
  screen,
  frame,
  around,
}: {
  readonly screen: Screen;
  readonly frame: Frame;
  readonly around: Surroundings;
}): VNode {
  const { assetsAt, assets, liveAt, logoutAt } = around;
  const { title, tone, live, announce, body, again } = screen;
  const goesOn = live && liveAt !== undefined;
  return (
    <html lang="en" data-live={goesOn ? liveAt : undefined}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${title} · Slipway`}</title>
        <link id="icon" rel="icon" type="image/svg+xml" href={assetsAt + assets.icon(tone)} />
        {assets.styles.map((name) => (
          <link key={name} rel="stylesheet" href={assetsAt + name} />
        ))}
        {again === undefined ? null : <meta http-equiv="refresh" content={String(again)} />}
        {goesOn ? (
          <noscript>
            <meta http-equiv="refresh" content={String(refreshSeconds)} />
          </noscript>
        ) : null}
        {assets.scripts.map((name) => (
          <script key={name} defer type={typeOf(name)} src={assetsAt + name} />
        ))}
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to how it stands
        </a>
        <Head screen={screen} goesOn={goesOn} logoutAt={logoutAt} home={frame.at.home()} />
        <p id="trouble" class="trouble" role="alert" hidden />
        <p id="announce" class="unseen" aria-live="polite">
          {announce}
        </p>
        <main id="main" tabIndex={-1}>
          {body}
        </main>
        <footer>
          <p>
            Times are {frame.clock.timeZone}. This page changes nothing: what is to be done is typed, or sent
            in Temporal’s Web UI.
          </p>
        </footer>
      </body>
    </html>
  );
}

/** Our script is a module, which keeps its names out of the global scope. Both scripts run after the document, in this order. */
function typeOf(script: string): 'module' | undefined {
  return script.endsWith('.mjs') ? 'module' : undefined;
}

function Head({
  screen: { crumbs },
  goesOn,
  logoutAt,
  home,
}: {
  readonly screen: Screen;
  readonly goesOn: boolean;
  readonly logoutAt: string | undefined;
  readonly home: string;
}): VNode {
  return (
    <header>
      <a class="brand" href={home}>
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path d="M4 15h24l-4.500 9a2 2 0 0 1-1.800 1.100H10.300a2 2 0 0 1-1.800-1.100z" />
          <path d="M15 3v10h9z" />
          <path d="M2 27.500h28v2H2z" opacity=".5" />
        </svg>
        Slipway
      </a>
      <nav aria-label="Where you are">
        <ol>
          {crumbs.map(({ text, href }, index) => (
            <li key={href}>
              {index === crumbs.length - 1 ? (
                <span aria-current="page">{text}</span>
              ) : (
                <a href={href}>{text}</a>
              )}
            </li>
          ))}
        </ol>
      </nav>
      {goesOn ? (
        <span id="link" class="link" hidden>
          live
        </span>
      ) : null}
      {logoutAt === undefined ? null : (
        <form method="post" action={logoutAt}>
          <button type="submit" class="quiet">
            Log out
          </button>
        </form>
      )}
    </header>
  );
}

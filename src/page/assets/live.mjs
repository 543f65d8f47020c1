// Updates the page live. Without scripts the page has the same content, and the browser reloads it.

/** @typedef {{ morph(shown: Element, html: string, options: object): void }} Morph */
const { Idiomorph: morpher } = /** @type {{ Idiomorph: Morph }} */ (/** @type {unknown} */ (globalThis));
const root = document.documentElement;
/** How often the title and icon of a hidden window are refreshed. */
const glanceMs = 30_000;
/** A connection may break and come back; a longer outage is shown. */
const outageMs = 5000;
const serverUnreachable = 'The page’s server does not answer; the browser asks again automatically.';

root.classList.add('scripted');

/** @param {string} id */
const byId = (id) => document.getElementById(id);

count();
setInterval(count, 1000);
document.addEventListener('click', (event) => void copy(event));
if (root.dataset.live) listen(root.dataset.live);

/** Updates running durations between two updates from the server. */
function count() {
  if (document.hidden) return;
  for (const time of document.querySelectorAll('time[data-since], time[data-until]')) {
    const { since, until } = /** @type {HTMLElement} */ (time).dataset;
    const lasts = since === undefined ? Date.parse(until ?? '') - Date.now() : Date.now() - Date.parse(since);
    const text = duration(lasts);
    if (time.textContent !== text) time.textContent = text;
  }
}

/**
 * Formats a duration as the server does: `0m47s`, `3m12s`, `1h02m`.
 * @param {number} milliseconds
 */
function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  const two = (/** @type {number} */ number) => String(number).padStart(2, '0');
  if (minutes >= 60) return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
  return `${minutes}m${two(seconds % 60)}s`;
}

/** @param {MouseEvent} event */
async function copy({ target }) {
  const button = target instanceof Element ? target.closest('button.copy') : null;
  if (!(button instanceof HTMLElement)) return;
  const said = await toClipboard(button.dataset.copy ?? '').then(
    () => 'Copied',
    () => 'Select it',
  );
  button.textContent = said;
  setTimeout(() => (button.textContent = 'Copy'), 2000);
}

/**
 * Browsers offer the clipboard only to pages from HTTPS or localhost.
 * @param {string} text
 */
async function toClipboard(text) {
  if (!navigator.clipboard) throw new Error('no clipboard');
  await navigator.clipboard.writeText(text);
}

/**
 * Listens only while the window is visible: a browser has few connections per server.
 * @param {string} address
 */
function listen(address) {
  /** @type {EventSource | undefined} */
  let source;
  let over = false;
  let outage = 0;
  const start = () => {
    if (over || document.hidden || source) return;
    source = new EventSource(address);
    source.addEventListener('open', () => {
      clearTimeout(outage);
      outage = 0;
      linked('live');
    });
    source.addEventListener('screen', (event) => show(dataOf(event)));
    source.addEventListener('trouble', (event) => trouble(dataOf(event).text));
    source.addEventListener('end', () => {
      over = true;
      linked('ended');
      stop();
    });
    source.addEventListener('error', () => {
      if (over) return;
      linked('looks again');
      // The server refused the stream: a reload shows why.
      if (source?.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
      else outage ||= setTimeout(() => trouble(serverUnreachable), outageMs);
    });
  };
  const stop = () => {
    clearTimeout(outage);
    outage = 0;
    source?.close();
    source = undefined;
  };
  document.addEventListener('visibilitychange', () => (document.hidden ? stop() : start()));
  // A hidden window still shows its title and icon.
  setInterval(() => {
    if (document.hidden && !over) glance().catch(() => undefined);
  }, glanceMs);
  start();
}

async function glance() {
  const answer = await fetch(location.href);
  const seen = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const icon = seen.getElementById('icon')?.getAttribute('href');
  if (icon) nameWindow({ title: seen.title, icon });
}

/** @param {{ title: string, icon: string }} window */
function nameWindow({ title, icon }) {
  document.title = title;
  const link = byId('icon');
  if (link instanceof HTMLLinkElement && link.getAttribute('href') !== icon) link.href = icon;
}

/**
 * @typedef {{ title: string, icon: string, announce: string, main: string, text: string }} ScreenUpdate
 * @param {{ readonly data: unknown }} event
 */
function dataOf({ data }) {
  return /** @type {ScreenUpdate} */ (JSON.parse(String(data)));
}

/** @param {ScreenUpdate} change */
function show({ title, icon, announce, main }) {
  trouble('');
  nameWindow({ title, icon });
  const said = byId('announce');
  if (said && said.textContent !== announce) said.textContent = announce;
  const shown = byId('main');
  if (!shown) return;
  // Unchanged elements are kept, with the reader's selection, focus and opened details.
  morpher.morph(shown, main, {
    morphStyle: 'innerHTML',
    ignoreActiveValue: true,
    callbacks: { beforeAttributeUpdated: keepsOpen },
  });
  count();
}

/**
 * Keeps details open or closed as the reader left them.
 * @param {string} name
 * @param {Element} element
 */
function keepsOpen(name, element) {
  return !(name === 'open' && element.tagName === 'DETAILS');
}

/** @param {string} text */
function trouble(text) {
  const line = byId('trouble');
  if (!line || line.textContent === text) return;
  line.textContent = text;
  line.hidden = text === '';
}

/** @param {string} text */
function linked(text) {
  const badge = byId('link');
  if (!badge) return;
  badge.hidden = false;
  badge.textContent = text;
  badge.dataset.state = text;
}

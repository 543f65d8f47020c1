import { Readable } from 'node:stream';
import { withoutCounting } from './screens/layout.js';

/** The event that is sent when a screen has changed. */
export interface Change {
  readonly title: string;
  readonly icon: string;
  readonly announce: string;
  /** The HTML inside `main`. */
  readonly main: string;
}

/** One observation of a screen. */
export type Look =
  | { readonly kind: 'screen'; readonly change: Change; readonly live: boolean }
  /** The screen cannot be rendered now. */
  | { readonly kind: 'trouble'; readonly text: string };

/** Milliseconds. */
export interface Rhythm {
  /** How often a screen is rendered. */
  readonly look: number;
  /** How long a connection may be idle before a keep-alive comment is sent. */
  readonly beat: number;
  /** How long a connection lasts. Then the browser reconnects, and its access is checked again. */
  readonly lasts: number;
}

export const usualRhythm: Rhythm = { look: 1_000, beat: 15_000, lasts: 3_600_000 };

/** The limit of streams; each costs a connection. */
const watchersMax = 200;

/** Sends changes of screens to browsers. Each screen is rendered once, however many browsers watch it. */
export interface Live {
  /** A stream of server-sent events; undefined: too many watch already. */
  watch(key: string, look: () => Promise<Look>): Readable | undefined;
  /** Ends all streams. */
  close(): void;
}

interface Watched {
  /** Each stream with the last event it got. */
  readonly streams: Map<Readable, string>;
  readonly timers: readonly NodeJS.Timeout[];
  /** The latest event; empty: none yet. */
  last: string;
}

export function openLive(rhythm: Rhythm = usualRhythm): Live {
  const watched = new Map<string, Watched>();
  const leave = (key: string, stream: Readable): void => {
    const one = watched.get(key);
    one?.streams.delete(stream);
    if (one?.streams.size !== 0) return;
    one.timers.forEach(clearInterval);
    watched.delete(key);
  };
  const count = (): number => [...watched.values()].reduce((sum, { streams }) => sum + streams.size, 0);
  return {
    watch: (key, look) => {
      if (count() >= watchersMax) return undefined;
      const one = watched.get(key) ?? begin(rhythm, look);
      watched.set(key, one);
      const stream = new Readable({ read: () => undefined });
      const over = setTimeout(() => stream.push(null), rhythm.lasts);
      stream.once('close', () => {
        clearTimeout(over);
        leave(key, stream);
      });
      one.streams.set(stream, '');
      stream.push(`retry: ${rhythm.look * 2}\n\n`);
      sendLast(one);
      return stream;
    },
    close: () => {
      for (const one of watched.values()) {
        one.timers.forEach(clearInterval);
        end(one);
      }
    },
  };
}

/** Sends the latest event to streams that have not got it. A slow reader skips events: each one is complete. */
function sendLast({ streams, last }: Watched): void {
  for (const [stream, has] of streams) {
    if (has === last || stream.readableLength > 0) continue;
    stream.push(last);
    streams.set(stream, last);
  }
}

function end({ streams }: Watched): void {
  for (const stream of streams.keys()) stream.push(null);
}

function begin(rhythm: Rhythm, look: () => Promise<Look>): Watched {
  let known = '';
  let rendering = false;
  const refresh = async (): Promise<void> => {
    if (rendering) return;
    rendering = true;
    const observed = await look().finally(() => (rendering = false));
    const key = keyOf(observed);
    if (known !== key) one.last = eventOf(observed);
    known = key;
    sendLast(one);
    if (observed.kind === 'trouble' || observed.live) return;
    for (const stream of one.streams.keys()) stream.push(event('end', {}));
    end(one);
  };
  const beat = (): void => {
    for (const stream of one.streams.keys()) if (stream.readableLength === 0) stream.push(': still here\n\n');
  };
  const one: Watched = {
    streams: new Map(),
    last: '',
    timers: [setInterval(() => void refresh(), rhythm.look), setInterval(beat, rhythm.beat)],
  };
  void refresh();
  return one;
}

/** Identifies the content of a screen. Running durations do not count as a change. */
function keyOf(observed: Look): string {
  return observed.kind === 'trouble'
    ? `trouble ${observed.text}`
    : JSON.stringify({ ...observed.change, main: withoutCounting(observed.change.main) });
}

function eventOf(observed: Look): string {
  return observed.kind === 'trouble'
    ? event('trouble', { text: observed.text })
    : event('screen', observed.change);
}

/** JSON has no line breaks of its own, so one line of data is enough. */
function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

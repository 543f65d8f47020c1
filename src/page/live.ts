import { Readable } from 'node:stream';
import { withoutCounting } from './screens/layout.js';

/** What is sent when a screen has changed. */
export interface Change {
  readonly title: string;
  readonly icon: string;
  readonly announce: string;
  /** What is inside `main` now. */
  readonly main: string;
}

/** What a look at a screen gave. */
export type Look =
  | { readonly kind: 'screen'; readonly change: Change; readonly live: boolean }
  /** It cannot be looked at just now. */
  | { readonly kind: 'trouble'; readonly text: string };

/** Milliseconds. */
export interface Rhythm {
  /** How often is looked. */
  readonly look: number;
  /** How long a connection may be silent before it is shown to be alive. */
  readonly beat: number;
  /** How long one lasts; then the browser asks again, and whether it still may look is asked again. */
  readonly lasts: number;
}

export const usualRhythm: Rhythm = { look: 1_000, beat: 15_000, lasts: 3_600_000 };

/** More than anybody has screens; each costs a connection. */
const watchersMax = 200;

/** Tells browsers how screens change. However many watch one screen, it is looked at once. */
export interface Live {
  /** A stream of server-sent events; undefined: too many watch already. */
  watch(key: string, look: () => Promise<Look>): Readable | undefined;
  /** Ends all of them. */
  close(): void;
}

interface Watched {
  /** Each with the event it was given last. */
  readonly streams: Map<Readable, string>;
  readonly timers: readonly NodeJS.Timeout[];
  /** The last event there was; empty: none yet. */
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
      tell(one);
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

/** Gives everybody the last event that has not got it. Who does not read gets it later: each event is whole. */
function tell({ streams, last }: Watched): void {
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
  let looking = false;
  const lookAgain = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    const seen = await look().finally(() => (looking = false));
    const key = keyOf(seen);
    if (known !== key) one.last = eventOf(seen);
    known = key;
    tell(one);
    if (seen.kind === 'trouble' || seen.live) return;
    for (const stream of one.streams.keys()) stream.push(event('end', {}));
    end(one);
  };
  const beat = (): void => {
    for (const stream of one.streams.keys()) if (stream.readableLength === 0) stream.push(': still here\n\n');
  };
  const one: Watched = {
    streams: new Map(),
    last: '',
    timers: [setInterval(() => void lookAgain(), rhythm.look), setInterval(beat, rhythm.beat)],
  };
  void lookAgain();
  return one;
}

/** What merely counts on is nothing new. */
function keyOf(seen: Look): string {
  return seen.kind === 'trouble'
    ? `trouble ${seen.text}`
    : JSON.stringify({ ...seen.change, main: withoutCounting(seen.change.main) });
}

function eventOf(seen: Look): string {
  return seen.kind === 'trouble' ? event('trouble', { text: seen.text }) : event('screen', seen.change);
}

/** JSON has no line breaks of its own, so one line of data is enough. */
function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

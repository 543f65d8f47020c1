/** What `slipway serve` runs. */
export type ServiceName = 'temporal' | 'worker';

/** Events of `slipway serve`; `--json` prints each as one line, with its time. */
export type ServeEvent =
  | { readonly event: 'begin'; readonly data: string; readonly temporal: string; readonly program: string }
  | { readonly event: 'note'; readonly text: string }
  | { readonly event: 'started'; readonly service: ServiceName; readonly pid: number }
  | {
      readonly event: 'ready';
      readonly service: ServiceName;
      /** Its address, or its task queue. */
      readonly where: string;
      /** Milliseconds since its start, or since it was checked again. */
      readonly afterMs: number;
    }
  | { readonly event: 'stuck'; readonly service: ServiceName; readonly why: string }
  | {
      readonly event: 'ended';
      readonly service: ServiceName;
      readonly how: string;
      readonly againInMs: number;
    }
  | { readonly event: 'said'; readonly service: ServiceName; readonly line: string }
  | {
      readonly event: 'serving';
      readonly address: string;
      readonly namespace: string;
      readonly taskQueue: string;
      readonly webUi: string;
      /** Environment variables that commands need to find this Temporal; empty: none. */
      readonly settings: Readonly<Record<string, string>>;
    }
  | { readonly event: 'stopping'; readonly why: string }
  | { readonly event: 'stopped'; readonly service: ServiceName; readonly how: string };

/** Gets every event as it happens. */
export type Tell = (event: ServeEvent) => void;

type Texts = { [K in ServeEvent['event']]: (event: Extract<ServeEvent, { event: K }>) => readonly string[] };

/** Wide enough for `temporal`. */
const width = 10;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const texts: Texts = {
  begin: ({ data, temporal, program }) => [
    line('serve', `data in ${data}; Temporal ${temporal} (${program})`),
  ],
  note: ({ text }) => [line('serve', text)],
  started: ({ service, pid }) => [line(service, `started (pid ${pid})`)],
  ready: ({ service, where, afterMs }) => [line(service, `${where}, after ${seconds(afterMs)}`)],
  stuck: ({ service, why }) => [line(service, `is stopped and started again: ${why}`)],
  ended: ({ service, how, againInMs }) => [
    line(service, `ended (${how}); started again in ${againInMs / 1000} s`),
  ],
  said: ({ service, line: said }) => [line(service, `| ${said}`)],
  serving: ({ webUi, settings }) => [
    line('serve', `everything runs. Web UI: ${webUi}`),
    line('serve', 'to check: slipway doctor, slipway status. Ctrl-C or SIGTERM stops it in order.'),
    ...Object.entries(settings).map(([name, value]) =>
      line('serve', `where commands are typed: export ${name}=${value}`),
    ),
  ],
  stopping: ({ why }) => [line('serve', `${why}: the worker stops first, then Temporal; twice: at once`)],
  stopped: ({ service, how }) => [line(service, `stopped (${how})`)],
};

/** An event as lines for people, each with the time. Never coloured: journald may read them. */
export function eventText(event: ServeEvent, at: Date): string {
  const time = at.toLocaleTimeString('sv-SE');
  const lines = (texts[event.event] as (one: ServeEvent) => readonly string[])(event);
  return lines.map((text) => `${time}  ${text}`).join('\n');
}

/** An event as one line for scripts. */
export function eventJson(event: ServeEvent, at: Date): string {
  return JSON.stringify({ time: at.toISOString(), ...event });
}

function line(who: string, text: string): string {
  return `${who.padEnd(width)}${text}`;
}

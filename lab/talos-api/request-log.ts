/** One line of `requests.jsonl`: a request for one machine, written when its answer, or its stream, has ended. */
export interface RequestLogLine {
  /** ISO time with milliseconds at which the request came. */
  readonly time: string;
  /** The machine that was dialled. */
  readonly endpoint: string;
  /** The target machine; the client's own text where there is no such machine. */
  readonly node: string;
  /** `machine.MachineService/Upgrade` */
  readonly method: string;
  /** The client's user agent: `grpc-go/1.78.0` is a talosctl, `slipway` Slipway itself. */
  readonly client: string;
  /** Roles in the client's certificate; empty where it was rejected. */
  readonly roles: readonly string[];
  /** The simple fields of the request: `{"image": "…"}`; one inside another as `source.image_name`. */
  readonly args: Readonly<Record<string, string | number | boolean>>;
  /** gRPC status: 0 is success. */
  readonly code: number;
  readonly error?: string;
  /** Milliseconds until the answer, or the stream, had ended. */
  readonly durationMs: number;
  /** Requests of one client call share it; it counts from 1. */
  readonly requestId: number;
}

/** The writer of those lines. */
export type RequestLog = (line: RequestLogLine) => void;

/** The logged fields of a request: numbers, flags and short texts, and those of nested messages. */
export function simpleFields(request: object): Record<string, string | number | boolean> {
  const fields: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(request)) {
    if (typeof value === 'string') fields[name] = value.slice(0, 200);
    else if (typeof value === 'number' || typeof value === 'boolean') fields[name] = value;
    else if (isMessage(value)) {
      for (const [inner, simple] of Object.entries(simpleFields(value))) fields[`${name}.${inner}`] = simple;
    }
  }
  return fields;
}

function isMessage(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

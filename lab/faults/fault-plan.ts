import {
  faultCatalogue,
  type FaultAt,
  type FaultDescription,
  type FaultName,
  type FaultPoint,
} from './catalogue.js';

/** An armed fault. */
export interface ArmedFault {
  readonly name: FaultName;
  /** Its machine; undefined: the first machine that passes, or every machine for a standing fault. */
  readonly node?: string;
  /** How often it still fires; undefined for a standing fault. */
  readonly left?: number;
  /** Of a sleeping fault: the point that must be passed first, as requested. */
  readonly after?: string;
}

/** A fault that happened. */
export interface FiredFault {
  readonly time: string;
  readonly name: FaultName;
  readonly node?: string;
}

/** A request to arm a fault: `times` (default 1) is how often it fires, and is ignored for a standing fault. */
export interface FaultRequest {
  readonly name: string;
  readonly node?: string;
  readonly times?: number;
  /** It sleeps until this point is passed: `lifecycle:armed`, or by one machine alone, `lifecycle:armed@k8s-ctrl-2`. */
  readonly after?: string;
}

interface Entry {
  name: FaultName;
  node: string | undefined;
  left: number;
  seen: Set<string>;
  /** It sleeps until this point is passed, by this machine where one is named. */
  sleepsUntil: { readonly point: string; readonly node: string | undefined } | undefined;
}

/**
 * The faults of one lab. Code at a named point calls `take` or `standing`; nothing else makes a fault fire. The same faults, armed in the
 * same order, fire in the same order.
 */
export class FaultPlan {
  readonly #knownNodes: ReadonlySet<string> | undefined;
  readonly #onFired: (fault: FiredFault) => void;
  #entries: Entry[] = [];
  #fired: FiredFault[] = [];

  /** `nodes`: the valid machine names; without it every name is accepted. `onFired` is called for each firing. */
  constructor(options: { nodes?: Iterable<string>; onFired?: (fault: FiredFault) => void } = {}) {
    this.#knownNodes = options.nodes === undefined ? undefined : new Set(options.nodes);
    this.#onFired = options.onFired ?? (() => {});
  }

  /** Arms a fault. Throws a sentence when the name, the node or the number is invalid. */
  arm(request: FaultRequest): ArmedFault {
    const description = describe(request.name);
    const name = request.name as FaultName;
    if (request.node !== undefined) this.#checkNode(name, description, request.node);
    const times = request.times ?? 1;
    if (!Number.isSafeInteger(times) || times < 1) {
      throw new Error(`Fault ${name}: times is ${times}, it must be a whole number from 1.`);
    }
    const left = description.lasts === 'standing' ? Number.POSITIVE_INFINITY : times;
    const sleepsUntil = request.after === undefined ? undefined : wakingPoint(request.after);
    const entry: Entry = { name, node: request.node, left, seen: new Set(), sleepsUntil };
    this.#entries.push(entry);
    return shown(entry);
  }

  /** Disarms the matching faults; without a request all of them. Returns how many were disarmed. */
  disarm(request: { name?: string; node?: string } = {}): number {
    if (request.name !== undefined) describe(request.name);
    const before = this.#entries.length;
    this.#entries = this.#entries.filter(
      (entry) =>
        (request.name !== undefined && entry.name !== request.name) ||
        (request.node !== undefined && entry.node !== request.node),
    );
    return before - this.#entries.length;
  }

  /** Disarms everything, and clears the list of fired faults. */
  forget(): void {
    this.#entries = [];
    this.#fired = [];
  }

  /**
   * Called at a point: takes the first armed fault for it, or returns undefined. `node` is the machine that passes the point (omit it where
   * there is none).
   */
  take<Point extends FaultPoint>(point: Point, node?: string): FaultAt<Point> | undefined {
    const entry = this.#passing(point, node);
    if (entry === undefined) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#entries = this.#entries.filter((other) => other !== entry);
    this.#record(entry.name, node);
    return entry.name as FaultAt<Point>;
  }

  /** Called where a standing fault has an effect: true while it is armed. Its first effect per machine is recorded. */
  standing(point: FaultPoint, node?: string): boolean {
    const entry = this.#passing(point, node);
    if (entry === undefined) return false;
    if (!entry.seen.has(node ?? '')) {
      entry.seen.add(node ?? '');
      this.#record(entry.name, node);
    }
    return true;
  }

  /** The armed faults, oldest first. */
  armed(): ArmedFault[] {
    return this.#entries.filter((entry) => entry.sleepsUntil === undefined).map(shown);
  }

  /** The sleeping faults, oldest first. */
  sleeping(): ArmedFault[] {
    return this.#entries.filter((entry) => entry.sleepsUntil !== undefined).map(shown);
  }

  /** The fired faults, oldest first. */
  fired(): readonly FiredFault[] {
    return this.#fired;
  }

  /** The fault that fires at a point. Faults that sleep until this point wake up, for the following points. */
  #passing(point: FaultPoint, node: string | undefined): Entry | undefined {
    const found = this.#entries.find(
      (entry) =>
        entry.sleepsUntil === undefined &&
        faultCatalogue[entry.name].point === point &&
        (entry.node === undefined || entry.node === node),
    );
    for (const entry of this.#entries) {
      const until = entry.sleepsUntil;
      if (until?.point === point && (until.node === undefined || until.node === node))
        entry.sleepsUntil = undefined;
    }
    return found;
  }

  #record(name: FaultName, node: string | undefined): void {
    const fault: FiredFault = {
      time: new Date().toISOString(),
      name,
      ...(node === undefined ? {} : { node }),
    };
    this.#fired.push(fault);
    this.#onFired(fault);
  }

  #checkNode(name: FaultName, description: FaultDescription, node: string): void {
    if (description.node === 'none') {
      throw new Error(`Fault ${name} belongs to no machine: leave node out.`);
    }
    if (this.#knownNodes !== undefined && !this.#knownNodes.has(node)) {
      throw new Error(
        `Fault ${name}: there is no machine ${node}. Machines: ${[...this.#knownNodes].join(', ')}.`,
      );
    }
  }
}

function describe(name: string): FaultDescription {
  if (Object.hasOwn(faultCatalogue, name)) return faultCatalogue[name as FaultName];
  throw new Error(`There is no fault ${name}. Faults: ${Object.keys(faultCatalogue).join(', ')}.`);
}

function shown({ name, node, left, sleepsUntil }: Entry): ArmedFault {
  return {
    name,
    ...(node === undefined ? {} : { node }),
    ...(Number.isFinite(left) ? { left } : {}),
    ...(sleepsUntil === undefined
      ? {}
      : { after: [sleepsUntil.point, sleepsUntil.node].filter(Boolean).join('@') }),
  };
}

/** `lifecycle:armed@k8s-ctrl-2` → the point, and the machine that must pass it. */
function wakingPoint(text: string): { point: string; node: string | undefined } {
  const [point = '', node] = text.split('@');
  const points = new Set(Object.values(faultCatalogue).map((fault) => fault.point as string));
  if (points.has(point)) return { point, node };
  throw new Error(`There is no point ${point}. Points: ${[...points].join(', ')}.`);
}

import type { ServiceHealth, ServiceState } from './machine-event.js';

/** One service of a machine. */
export interface Service {
  readonly id: string;
  readonly state: ServiceState;
  readonly health: ServiceHealth;
  /** Why it is unhealthy, or empty. */
  readonly message: string;
  /** When the state or the health changed last. */
  readonly changedAt: Date;
  /** Its events in this boot, oldest first. */
  readonly history: readonly { readonly state: ServiceState; readonly message: string; readonly at: Date }[];
}

const BEFORE_CONFIGURATION = ['auditd', 'containerd', 'dashboard', 'machined', 'syslogd', 'udevd'];
const ON_EVERY_MACHINE = ['apid', 'cri', 'kubelet'];
const ON_CONTROL_PLANES = ['etcd', 'trustd'];

/** Services a ready machine must have, per role. */
export function requiredServices(role: 'control-plane' | 'worker'): readonly string[] {
  return role === 'control-plane'
    ? ['apid', 'machined', 'kubelet', 'etcd', 'trustd']
    : ['apid', 'machined', 'kubelet'];
}

/** The services of one boot of a machine. */
export class ServiceTable {
  readonly #services = new Map<string, Service>();
  readonly #onChange: (service: Service) => void;
  readonly #now: () => number;

  /** `role`: undefined while the machine has no configuration; `now`: the machine's clock. */
  constructor(
    role: 'control-plane' | 'worker' | undefined,
    { onChange, now }: { onChange: (service: Service) => void; now: () => number },
  ) {
    this.#onChange = onChange;
    this.#now = now;
    this.#wait(BEFORE_CONFIGURATION);
    if (role !== undefined) this.expect(role);
  }

  /** Sets the machine's role: its services wait from here on. */
  expect(role: 'control-plane' | 'worker'): void {
    this.#wait(role === 'control-plane' ? [...ON_EVERY_MACHINE, ...ON_CONTROL_PLANES] : ON_EVERY_MACHINE);
  }

  /** All services, by name. */
  list(): Service[] {
    return [...this.#services.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1));
  }

  get(id: string): Service | undefined {
    return this.#services.get(id);
  }

  running(id: string, message = 'Started'): void {
    this.#set(id, 'Running', id === 'auditd' || id === 'dashboard' ? 'unknown' : 'healthy', message);
  }

  stopped(id: string): void {
    this.#set(id, 'Finished', 'unknown', 'Service finished successfully');
  }

  failed(id: string, reason: string): void {
    this.#set(id, 'Failed', 'unhealthy', reason);
  }

  #wait(ids: readonly string[]): void {
    for (const id of ids) {
      if (this.#services.has(id)) continue;
      const changedAt = new Date(this.#now());
      this.#services.set(id, {
        id,
        state: 'Waiting',
        health: 'unknown',
        message: '',
        changedAt,
        history: [],
      });
    }
  }

  #set(id: string, state: ServiceState, health: ServiceHealth, message: string): void {
    const before = this.#services.get(id);
    if (before === undefined || before.state === state) return;
    const at = new Date(this.#now());
    const after: Service = {
      id,
      state,
      health,
      message: state === 'Failed' ? message : '',
      changedAt: at,
      history: [...before.history, { state, message, at }],
    };
    this.#services.set(id, after);
    this.#onChange(after);
  }
}

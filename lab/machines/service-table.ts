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
  /** What happened to it in this boot, oldest first. */
  readonly history: readonly { readonly state: ServiceState; readonly message: string; readonly at: Date }[];
}

const ON_EVERY_MACHINE = [
  'apid',
  'auditd',
  'containerd',
  'cri',
  'dashboard',
  'kubelet',
  'machined',
  'syslogd',
  'udevd',
];
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

  /** `now`: the machine's clock. */
  constructor(
    role: 'control-plane' | 'worker',
    { onChange, now }: { onChange: (service: Service) => void; now: () => number },
  ) {
    this.#onChange = onChange;
    this.#now = now;
    const ids = role === 'control-plane' ? [...ON_EVERY_MACHINE, ...ON_CONTROL_PLANES] : ON_EVERY_MACHINE;
    for (const id of ids.toSorted()) {
      this.#services.set(id, {
        id,
        state: 'Waiting',
        health: 'unknown',
        message: '',
        changedAt: new Date(now()),
        history: [],
      });
    }
  }

  /** All services, by name. */
  list(): Service[] {
    return [...this.#services.values()];
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

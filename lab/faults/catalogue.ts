/** How one fault behaves. */
export interface FaultDescription {
  /** What it does, in one sentence. */
  readonly does: string;
  /** The named point at which code asks for it. */
  readonly point: string;
  /** Whether it can be armed for one machine; a factory has none. */
  readonly node: 'optional' | 'none';
  /** `once`: each firing uses it up once. `standing`: it holds until it is disarmed. */
  readonly lasts: 'once' | 'standing';
}

/** Every fault of the lab. Faults fire at points of the story, never after a number of seconds. */
export const faultCatalogue = {
  'image-missing': {
    does: 'The machine is told that the installer image does not exist; nothing on it changes.',
    point: 'image:looked-up',
    node: 'optional',
    lasts: 'once',
  },
  'image-pull-fails': {
    does: 'The connection to the factory breaks while the machine pulls the image; nothing on it changes.',
    point: 'image:pulling',
    node: 'optional',
    lasts: 'once',
  },
  'upgrade-answer-lost': {
    does: 'The machine accepts the upgrade and goes on with it, but the connection breaks before its answer.',
    point: 'upgrade:accepted',
    node: 'optional',
    lasts: 'once',
  },
  'install-fails': {
    does: 'The installer exits with an error: the machine reboots into the old slot with a new boot id.',
    point: 'installer:finished',
    node: 'optional',
    lasts: 'once',
  },
  'slow-reboot': {
    does: 'Firmware and boot loader take far longer than usual.',
    point: 'reboot:power-gone',
    node: 'optional',
    lasts: 'once',
  },
  'never-returns': {
    does: 'After its reboot the machine never answers again, until somebody switches it on by hand.',
    point: 'reboot:firmware-left',
    node: 'optional',
    lasts: 'once',
  },
  'boots-old-slot': {
    does: 'The new slot meets a fatal error while it boots: the machine goes back to the old one and boots again.',
    point: 'boot:new-slot',
    node: 'optional',
    lasts: 'once',
  },
  'never-ready': {
    does: 'The new slot boots and the machine runs, but its kubelet never starts and it never becomes ready.',
    point: 'boot:new-slot-kubelet',
    node: 'optional',
    lasts: 'once',
  },
  'etcd-member-down': {
    does: 'The machine boots, but its etcd does not come back.',
    point: 'boot:etcd',
    node: 'optional',
    lasts: 'once',
  },
  'api-front-stays-cut': {
    does: 'The machine boots, but its Kubernetes API server does not come back.',
    point: 'boot:api-front',
    node: 'optional',
    lasts: 'once',
  },
  'kubelet-not-ready': {
    does: 'The kubelet reports its Node as not Ready for as long as the fault is armed.',
    point: 'kubelet:status',
    node: 'optional',
    lasts: 'standing',
  },
  'etcd-alarm': {
    does: 'The etcd member reports the alarm NOSPACE for as long as the fault is armed.',
    point: 'etcd:alarms',
    node: 'optional',
    lasts: 'standing',
  },
  'etcd-learner': {
    does: 'The etcd member is shown as a learner for as long as the fault is armed.',
    point: 'etcd:members',
    node: 'optional',
    lasts: 'standing',
  },
  'etcd-snapshot-cut': {
    does: 'The snapshot stream breaks in the middle, before its checksum.',
    point: 'etcd:snapshot',
    node: 'optional',
    lasts: 'once',
  },
  'factory-404': {
    does: 'The Image Factory answers 404 for a manifest it has.',
    point: 'factory:manifest',
    node: 'none',
    lasts: 'once',
  },
  'factory-429': {
    does: 'The Image Factory answers 429, with Retry-After.',
    point: 'factory:manifest',
    node: 'none',
    lasts: 'once',
  },
  'factory-slow': {
    does: 'The Image Factory takes its time, as it does when it has to build the image first.',
    point: 'factory:manifest',
    node: 'none',
    lasts: 'once',
  },
} as const satisfies Record<string, FaultDescription>;

/** Name of a fault, e.g. `install-fails`. */
export type FaultName = keyof typeof faultCatalogue;

/** Name of a point at which faults fire, e.g. `installer:finished`. */
export type FaultPoint = (typeof faultCatalogue)[FaultName]['point'];

/** The faults that can fire at a point. */
export type FaultAt<Point extends FaultPoint> = {
  [Name in FaultName]: (typeof faultCatalogue)[Name]['point'] extends Point ? Name : never;
}[FaultName];

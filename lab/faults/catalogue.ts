import { factoryFaults } from '../factory/factory-faults.js';
import { githubFaults } from '../fake-github/github-faults.js';
import { hypervisorFaults } from '../hypervisor/hypervisor-faults.js';
import { replacementFaults } from '../machines/hypervisor-adapter/replacement-faults.js';
import { rollbackFaults } from '../machines/rollback-faults.js';
import { serviceFaults } from '../fake-services/service-faults.js';

/** The behaviour of one fault. */
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

/** Every fault of the lab. Faults fire at named points, never after a number of seconds. */
export const faultCatalogue = {
  'image-missing': {
    does: 'The registry reports that the installer image does not exist; nothing on the machine changes.',
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
  'pulled-image-expires': {
    does: 'The image that was pulled is gone when the machine is asked to pull it again: it pulls it again.',
    point: 'image:kept',
    node: 'optional',
    lasts: 'once',
  },
  'image-gone-at-install': {
    does: 'The pulled image is gone when the installer is to be started without a reboot: the request fails, nothing on the machine changes.',
    point: 'installer:image',
    node: 'optional',
    lasts: 'once',
  },
  'upgraded-by-hand': {
    does: 'Right after an image was pulled, somebody else upgrades the machine to it.',
    point: 'image:pulled',
    node: 'optional',
    lasts: 'once',
  },
  'installed-by-hand': {
    does: 'Right after an image was pulled, somebody else installs it without a reboot: the machine is armed, where its Talos can do that.',
    point: 'image:pulled',
    node: 'optional',
    lasts: 'once',
  },
  'eviction-left-undone': {
    does: 'While an image is pulled, somebody’s evictions of the machine’s pods are granted and not carried out: their budgets count them as gone for two minutes.',
    point: 'image:pulled',
    node: 'optional',
    lasts: 'once',
  },
  'upgrade-request-lost': {
    does: 'The connection breaks before the machine takes the request to upgrade or to install: nothing happens.',
    point: 'upgrade:asked',
    node: 'optional',
    lasts: 'once',
  },
  'another-install-runs': {
    does: 'Somebody else asks for the same a moment earlier: a second install without a reboot is refused, a second legacy upgrade is answered and comes to nothing.',
    point: 'upgrade:asked',
    node: 'optional',
    lasts: 'once',
  },
  'upgrade-answer-lost': {
    does: 'The machine accepts the legacy upgrade and resumes it, but the connection breaks before its answer.',
    point: 'upgrade:accepted',
    node: 'optional',
    lasts: 'once',
  },
  'slow-install': {
    does: 'The installer takes far longer than usual, as on a disk that is worn out or busy.',
    point: 'installer:working',
    node: 'optional',
    lasts: 'once',
  },
  'install-fails': {
    does: 'The installer exits with an error: a legacy upgrade reboots into the old slot with a new boot id, an install without a reboot changes nothing.',
    point: 'installer:finished',
    node: 'optional',
    lasts: 'once',
  },
  'install-stream-cut': {
    does: 'The connection breaks while the installer without a reboot runs: the installer goes on.',
    point: 'installer:streaming',
    node: 'optional',
    lasts: 'once',
  },
  'install-answer-lost': {
    does: 'The installer without a reboot has finished, but the connection breaks before its exit code: the machine is armed.',
    point: 'installer:answer',
    node: 'optional',
    lasts: 'once',
  },
  'wrong-schematic': {
    does: 'The installer writes an image of another schematic, without extensions, under the name that was asked for.',
    point: 'installer:writing',
    node: 'optional',
    lasts: 'once',
  },
  'extension-missing': {
    does: 'The installer writes an image that lacks the last extension of its schematic; the schematic id is right.',
    point: 'installer:writing',
    node: 'optional',
    lasts: 'once',
  },
  'rebooted-by-hand': {
    does: 'Somebody else reboots the machine as soon as it is armed.',
    point: 'lifecycle:armed',
    node: 'optional',
    lasts: 'once',
  },
  'reboot-request-lost': {
    does: 'The connection breaks before the machine takes the request to reboot: it goes on running.',
    point: 'reboot:asked',
    node: 'optional',
    lasts: 'once',
  },
  'reboot-answer-lost': {
    does: 'The machine takes the request to reboot, but the connection breaks before its answer.',
    point: 'reboot:accepted',
    node: 'optional',
    lasts: 'once',
  },
  'slow-reboot': {
    does: 'The way from one kernel to the next takes far longer than usual.',
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
  'powercycle-hangs': {
    does: 'A slot that an upgrade wrote starts from kernel to kernel (kexec), but never through the firmware: not after a power cycle, not after a power cut.',
    point: 'boot:firmware',
    node: 'optional',
    lasts: 'standing',
  },
  'boots-old-slot': {
    does: 'The new slot meets a fatal error while it boots: the machine falls back to the old one and boots again.',
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
  'vip-stays': {
    does: 'The virtual address stays on a control plane that went down: it answers again only when that one does.',
    point: 'vip:holder-down',
    node: 'optional',
    lasts: 'once',
  },
  'clock-jumps': {
    does: 'After a boot the machine’s clock is two hours ahead: images that were pulled have expired.',
    point: 'boot:clock',
    node: 'optional',
    lasts: 'once',
  },
  'time-not-synced': {
    does: 'The machine says that its time is not synced, and is not ready, for as long as the fault is armed.',
    point: 'readiness:time',
    node: 'optional',
    lasts: 'standing',
  },
  'node-renamed': {
    does: 'The machine says that it has another node name for as long as the fault is armed; its Kubernetes Node keeps the old one.',
    point: 'resources:nodename',
    node: 'optional',
    lasts: 'standing',
  },
  'client-certificate-expired': {
    does: 'The machine says that the client’s certificate has expired for as long as the fault is armed.',
    point: 'api:certificate-dates',
    node: 'optional',
    lasts: 'standing',
  },
  'client-certificate-rejected': {
    does: 'The machine does not know the authority of the client’s certificate for as long as the fault is armed.',
    point: 'api:certificate-authority',
    node: 'optional',
    lasts: 'standing',
  },
  'api-front-stays-open': {
    does: 'The address of the machine’s Kubernetes API server goes on answering after the machine has gone down, for as long as the fault is armed.',
    point: 'stop:api-front',
    node: 'optional',
    lasts: 'standing',
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
  'etcd-slow': {
    does: 'The etcd member answers far slower than usual, and too slowly for Talos’ own look before a legacy upgrade, for as long as the fault is armed.',
    point: 'etcd:answer',
    node: 'optional',
    lasts: 'standing',
  },
  'etcd-behind': {
    does: 'The etcd member has applied thousands of entries less than the others for as long as the fault is armed.',
    point: 'etcd:applied',
    node: 'optional',
    lasts: 'standing',
  },
  'etcd-no-leader': {
    does: 'The etcd member runs but follows no leader for as long as the fault is armed.',
    point: 'etcd:health',
    node: 'optional',
    lasts: 'standing',
  },
  'etcd-extra-learner': {
    does: 'A further etcd member shows, a learner that never started, for as long as the fault is armed.',
    point: 'etcd:member-list',
    node: 'none',
    lasts: 'standing',
  },
  'etcd-snapshot-cut': {
    does: 'The snapshot stream breaks in the middle, before its checksum.',
    point: 'etcd:snapshot',
    node: 'optional',
    lasts: 'once',
  },
  ...factoryFaults,
  ...rollbackFaults,
  ...hypervisorFaults,
  ...replacementFaults,
  ...githubFaults,
  ...serviceFaults,
} as const satisfies Record<string, FaultDescription>;

/** Name of a fault, e.g. `install-fails`. */
export type FaultName = keyof typeof faultCatalogue;

/** Name of a point at which faults fire, e.g. `installer:finished`. */
export type FaultPoint = (typeof faultCatalogue)[FaultName]['point'];

/** The faults that can fire at a point. */
export type FaultAt<Point extends FaultPoint> = {
  [Name in FaultName]: (typeof faultCatalogue)[Name]['point'] extends Point ? Name : never;
}[FaultName];

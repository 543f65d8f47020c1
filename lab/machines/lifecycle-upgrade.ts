import { status } from '@grpc/grpc-js';
import { runInstaller } from './installer.js';
import { Interrupted } from './interruptible.js';
import type { Machine } from './machine.js';
import type { ImageNamespace } from './pulled-images.js';
import { seeClock } from './readiness.js';
import { Refusal } from './refusal.js';

/** What the installer tells its caller while it runs, and its exit code at the end. */
export type InstallProgress = { readonly message: string } | { readonly exit_code: number };

/** Exit code of a container that is killed. */
const KILLED = 137;

/** What is asked of a machine with `LifecycleService/Upgrade`. */
export interface LifecycleUpgradeRequest {
  readonly image: string;
  /** Where the image must already lie: this service pulls nothing. */
  readonly namespace: ImageNamespace;
}

/**
 * The install without a reboot of Talos 1.13. It asks nothing of etcd and stops nothing: the machine goes on as it was, and
 * its next boot, for whatever reason, takes what was installed. One at a time; it knows nothing of the legacy upgrade.
 */
export class LifecycleUpgrade {
  readonly #machine: Machine;
  #running = false;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Refuses an install from scratch, as a machine that is installed does. */
  refuseInstall(): never {
    if (this.#running) throw inProgress();
    if (!this.#machine.installed)
      throw new Refusal(status.UNIMPLEMENTED, 'the lab does not simulate installing a machine from nothing');
    throw new Refusal(status.ALREADY_EXISTS, 'machine is already installed');
  }

  /**
   * Runs the installer and tells of its progress; a caller that goes away does not stop it, a machine that goes down does.
   * Resolves after the exit code. Rejects with a Refusal when nothing was begun.
   */
  async run(request: LifecycleUpgradeRequest, tell: (progress: InstallProgress) => void): Promise<void> {
    const { image, namespace } = request;
    const machine = this.#machine;
    const content = this.#admit(image, namespace);
    this.#running = true;
    machine.dmesg.talos(`starting upgrade: installer_image=${image}, disk=/dev/sda`);
    try {
      const end = await runInstaller(machine, {
        flow: 'lifecycle',
        image,
        content,
        print: (line) => tell({ message: `${line}\n` }),
        signal: machine.whileUp(),
      });
      const said = end.code === 0 ? 'completed successfully' : 'failed';
      machine.dmesg.talos(`upgrade ${said}: exit_code=${end.code}`);
      if (end.code === 0) machine.record('armed', `next boot takes slot ${machine.defaultSlot}`);
      // What waits for this point is awake before anybody hears that it is passed.
      const reboots = end.code === 0 && machine.faults.take('lifecycle:armed', machine.name) !== undefined;
      seeClock(machine);
      tell({ exit_code: end.code });
      if (reboots) machine.reboot('DEFAULT');
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      machine.record('install-failed', `${image}: the machine went down under it`, { flow: 'lifecycle' });
      tell({ exit_code: KILLED });
    } finally {
      this.#running = false;
    }
  }

  #admit(image: string, namespace: ImageNamespace): NonNullable<ReturnType<Machine['pulledImages']['get']>> {
    const machine = this.#machine;
    const refuse = (refusal: Refusal): never => {
      machine.record('install-refused', refusal.message, { flow: 'lifecycle' });
      throw refusal;
    };
    if (this.#running) return refuse(inProgress());
    if (!machine.installed)
      return refuse(new Refusal(status.FAILED_PRECONDITION, 'machine is not installed'));
    if (image === '') return refuse(new Refusal(status.INVALID_ARGUMENT, 'installer image name is required'));
    if (machine.faults.take('installer:image', machine.name) !== undefined)
      machine.pulledImages.remove(namespace, image);
    const content = machine.pulledImages.get(namespace, image);
    if (content !== undefined) return content;
    const absent = `installer image "${image}" not found in containerd store: image "${image}": not found`;
    return refuse(new Refusal(status.INTERNAL, `upgrade failed: ${absent}`));
  }
}

function inProgress(): Refusal {
  return new Refusal(status.FAILED_PRECONDITION, 'another installation/upgrade is already in progress');
}

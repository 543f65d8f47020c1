import { status } from '@grpc/grpc-js';
import { runInstaller } from './installer.js';
import { Interrupted } from './interruptible.js';
import type { Machine } from './machine.js';
import type { ImageNamespace } from './pulled-images.js';
import { seeClock } from './readiness.js';
import { Refusal } from './refusal.js';

/** The installer's progress for its caller, and its exit code at the end. */
export type InstallProgress = { readonly message: string } | { readonly exit_code: number };

/** Exit code of a container that is killed. */
const KILLED = 137;

/** The request of `LifecycleService/Upgrade`. */
export interface LifecycleUpgradeRequest {
  readonly image: string;
  /** The namespace that must already have the image: this service pulls nothing. */
  readonly namespace: ImageNamespace;
}

/**
 * The install without a reboot of Talos 1.13. It checks no etcd and stops nothing: the machine continues to run, and its next boot, for
 * whatever reason, uses the installed slot. One at a time; it does not know about a legacy upgrade.
 */
export class LifecycleUpgrade {
  readonly #machine: Machine;
  #running = false;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Rejects an install from scratch, as an installed machine does. */
  refuseInstall(): never {
    if (this.#running) throw inProgress();
    if (!this.#machine.installed)
      throw new Refusal(status.UNIMPLEMENTED, 'the lab does not simulate installing a machine from nothing');
    throw new Refusal(status.ALREADY_EXISTS, 'machine is already installed');
  }

  /**
   * Runs the installer and reports its progress. A client that disconnects does not stop it, a machine that goes down does. Resolves after
   * the exit code. Rejects with a Refusal when nothing was started.
   */
  async run(request: LifecycleUpgradeRequest, report: (progress: InstallProgress) => void): Promise<void> {
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
        print: (line) => report({ message: `${line}\n` }),
        signal: machine.whileUp(),
      });
      const said = end.code === 0 ? 'completed successfully' : 'failed';
      machine.dmesg.talos(`upgrade ${said}: exit_code=${end.code}`);
      if (end.code === 0) machine.record('armed', `next boot takes slot ${machine.defaultSlot}`);
      // Faults that wait for this point wake up before the client learns that it was passed.
      const reboots = end.code === 0 && machine.faults.take('lifecycle:armed', machine.name) !== undefined;
      seeClock(machine);
      report({ exit_code: end.code });
      if (reboots) machine.reboot('DEFAULT');
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      machine.record('install-failed', `${image}: the machine went down under it`, { flow: 'lifecycle' });
      report({ exit_code: KILLED });
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

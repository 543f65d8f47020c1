import type {
  HypervisorAdapter,
  VirtualMachine,
  VirtualMachineState,
} from '../../../lab/hypervisor/hypervisor-adapter.js';

/** A hypervisor adapter that only keeps a list: every machine has its address at once. */
export class SmallHypervisorAdapter implements HypervisorAdapter {
  readonly machines = new Map<number, VirtualMachine>();
  readonly #off = new Set<number>();
  /** Its calls, in order: `create 8004`. */
  readonly asked: string[] = [];

  /** Adds a machine that it already has. */
  adopt(vm: VirtualMachine): void {
    this.asked.push(`adopt ${vm.vmid}`);
    this.machines.set(vm.vmid, vm);
  }

  create(vm: VirtualMachine): Promise<void> {
    this.asked.push(`create ${vm.vmid}`);
    if (this.machines.has(vm.vmid)) return Promise.reject(new Error(`there is a machine ${vm.vmid}`));
    this.machines.set(vm.vmid, vm);
    return Promise.resolve();
  }

  destroy(vmid: number): Promise<void> {
    this.asked.push(`destroy ${vmid}`);
    this.#there(vmid);
    this.machines.delete(vmid);
    this.#off.delete(vmid);
    return Promise.resolve();
  }

  powerOff(vmid: number): Promise<void> {
    this.asked.push(`off ${vmid}`);
    this.#off.add(this.#there(vmid).vmid);
    return Promise.resolve();
  }

  powerOn(vmid: number): Promise<void> {
    this.asked.push(`on ${vmid}`);
    this.#off.delete(this.#there(vmid).vmid);
    return Promise.resolve();
  }

  stateOf(vmid: number): VirtualMachineState {
    const power = this.#off.has(this.#there(vmid).vmid) ? 'off' : 'on';
    return { power, address: `10.20.67.${vmid - 8000}` };
  }

  #there(vmid: number): VirtualMachine {
    const machine = this.machines.get(vmid);
    if (!machine) throw new Error(`there is no machine ${vmid}`);
    return machine;
  }
}

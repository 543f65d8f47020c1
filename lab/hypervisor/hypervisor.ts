import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultPlan } from '../faults/fault-plan.js';
import { askedFor, madeUpMac, type FirstInventory, type Template, type Vm } from './inventory.js';
import type { DiskImage, HypervisorAdapter } from './hypervisor-adapter.js';
import { HypervisorRefusal } from './refusal.js';
import type { TemplateRequest, VmChange, VmRequest } from './requests.js';
import { spoilt } from './spoilt-clones.js';

/** The parts of a hypervisor. */
export interface HypervisorParts {
  readonly room: HypervisorAdapter;
  readonly faults: FaultPlan;
  /** 2 is twice as fast. */
  readonly speed: number;
  readonly first: FirstInventory;
}

/** Seconds at speed 1. */
const TIMES = { template: 2, clone: 1, slowClone: 20 };
/** How often a hanging VM checks whether the fault still stands. */
const HANG_LOOK_MS = 50;

/** The hypervisor's information on a VM. */
export interface VmStatus {
  readonly vmid: number;
  readonly name: string;
  readonly host: string;
  readonly power: 'on' | 'off';
  readonly creation: Vm['creation'];
  readonly uuid: string;
  readonly nics: Vm['nics'];
  readonly pci: readonly string[];
  readonly diskGb: number;
  /** True addresses from the guest agent; none before the guest has one. */
  readonly addresses: readonly string[];
}

/** Hosts, templates and VMs of a simulated hypervisor. Its machines are the hypervisor adapter's. */
export class Hypervisor {
  readonly #parts: HypervisorParts;
  readonly #hosts = new Map<string, 'on' | 'off'>();
  readonly #templates = new Map<number, Template>();
  readonly #vms = new Map<number, Vm>();
  /** The content of deleted templates and VMs, by id. */
  readonly #before = new Map<number, DiskImage>();
  /** Names of running machines without a VM. */
  readonly #unclaimed: Set<string>;
  #stopped = false;

  constructor(parts: HypervisorParts) {
    this.#parts = parts;
    const { hosts, templates = [], vms = [], running } = parts.first;
    this.#unclaimed = new Set(running?.names);
    for (const host of hosts) this.#hosts.set(host, 'on');
    for (const template of templates) this.#templates.set(template.id, { ...template, whole: true });
    for (const vm of vms) this.#vms.set(vm.vmid, { ...vm, creation: 'done', inRoom: true, power: 'on' });
  }

  get hosts(): { name: string; power: 'on' | 'off' }[] {
    return [...this.#hosts].map(([name, power]) => ({ name, power }));
  }

  get templates(): readonly Template[] {
    return [...this.#templates.values()].toSorted((one, other) => one.id - other.id);
  }

  get vms(): readonly Vm[] {
    return [...this.#vms.values()].toSorted((one, other) => one.vmid - other.vmid);
  }

  /** Cancels hanging requests. */
  stop(): void {
    this.#stopped = true;
  }

  template(id: number): Template {
    return this.#templates.get(id) ?? refuse(404, `template ${id} does not exist`);
  }

  vm(vmid: number): Vm {
    return this.#vms.get(vmid) ?? refuse(404, `VM ${vmid} does not exist`);
  }

  async status(vmid: number): Promise<VmStatus> {
    const vm = this.vm(vmid);
    this.#reach(vm.host, vm.name);
    const { name, host, creation, uuid, nics, pci, diskGb } = vm;
    const said = { vmid, name, host, creation, uuid, nics, pci, diskGb };
    if (!vm.inRoom) return { ...said, power: vm.power, addresses: [] };
    const { power, address } = await this.#parts.room.stateOf(vmid);
    return { ...said, power, addresses: address === undefined || power === 'off' ? [] : [address] };
  }

  async createTemplate(request: TemplateRequest): Promise<Template> {
    this.#reach(request.host);
    if (this.#templates.has(request.id)) refuse(409, `template ${request.id} already exists`);
    if (this.#vms.has(request.id)) refuse(409, `${request.id} is a VM`);
    this.#templates.set(request.id, { ...request, whole: false });
    await this.#takes(TIMES.template);
    const { faults } = this.#parts;
    if (faults.take('template:importing'))
      refuse(500, `importing the disk of template ${request.id} failed: no space left on device`);
    const stale = faults.take('template:imported') ? this.#before.get(request.id) : undefined;
    const template = { ...request, image: stale ?? request.image, whole: true };
    this.#templates.set(request.id, template);
    return template;
  }

  destroyTemplate(id: number): void {
    const { host, image } = this.template(id);
    this.#reach(host);
    this.#before.set(id, image);
    this.#templates.delete(id);
  }

  /**
   * Clones a VM from its template and starts it; returns before it has booted. `gone`: whether the client disconnected. Cloning continues
   * without the client; the start is the client's next call.
   *
   * @throws {HypervisorRefusal} with the obstacle, or how far the clone got
   */
  async createVm(request: VmRequest, gone: () => boolean = () => false): Promise<Vm> {
    const { vmid, name, host } = request;
    const { faults } = this.#parts;
    this.#reach(host, name);
    if (this.#vms.has(vmid)) refuse(409, `unable to create VM ${vmid}: it already exists`);
    if (faults.take('vm:template', name)) this.#templates.delete(request.template);
    const template = this.template(request.template);
    if (!template.whole) refuse(500, `template ${template.id} is not whole: its disk was never imported`);
    if (template.host !== host) refuse(500, `template ${template.id} is on ${template.host}, not on ${host}`);
    const asked = this.#put(askedFor(request, template.image));
    if (this.#unclaimed.delete(name)) {
      this.#parts.first.running?.adopt(machineOf(asked));
      return this.#put({ ...asked, creation: 'done', inRoom: true, power: 'on' });
    }
    await this.#takes(faults.take('vm:clone-time', name) ? TIMES.slowClone : TIMES.clone);
    while (faults.standing('vm:cloning', name) && !gone() && !this.#stopped) await sleep(HANG_LOOK_MS);
    if (this.#stopped) refuse(500, 'the hypervisor was stopped');
    if (gone()) {
      this.#put({ ...asked, creation: 'abandoned' });
      refuse(500, `nobody waits for VM ${vmid} any more: it was cloned, and is not started`);
    }
    if (faults.take('vm:made', name)) {
      this.#put({ ...asked, creation: 'failed' });
      refuse(500, `VM ${vmid} was made, but not started: got timeout while waiting for its lock`);
    }
    const fault = faults.take('vm:cloned', name);
    const old = this.#before.get(vmid) ?? this.#before.get(request.template);
    const vm = fault ? spoilt(fault, asked, old) : asked;
    const boots = vm.diskGb > 0 && !faults.take('vm:starting', name);
    const made = await this.#start({ ...vm, creation: 'done' }, boots);
    while (faults.standing('vm:started', name) && !this.#stopped) await sleep(HANG_LOOK_MS);
    return made;
  }

  /** Cuts the power, and deletes the VM and its disk. */
  async destroyVm(vmid: number): Promise<void> {
    const vm = this.#unlocked(vmid);
    if (this.#parts.faults.take('vm:destroying', vm.name))
      refuse(500, `VM ${vmid} cannot be destroyed: can't lock its file, got timeout`);
    if (vm.inRoom) await this.#parts.room.destroy(vmid);
    this.#before.set(vmid, vm.image);
    this.#vms.delete(vmid);
  }

  /** An out-of-band change: it affects the record only, the guest keeps what it was started with. */
  changeVm(vmid: number, { nics, ...change }: VmChange): Vm {
    const vm = this.#unlocked(vmid);
    const changed = nics?.map((nic) => ({ ...nic, mac: nic.mac ?? madeUpMac() }));
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    return this.#put({ ...vm, ...Object.fromEntries(given), ...(changed ? { nics: changed } : {}) });
  }

  async powerVm(vmid: number, power: 'on' | 'off'): Promise<Vm> {
    const vm = this.#unlocked(vmid);
    if (power === vm.power) return vm;
    if (power === 'on') return this.#start(vm, vm.diskGb > 0);
    if (vm.inRoom) await this.#parts.room.powerOff(vmid);
    return this.#put({ ...vm, power });
  }

  /** A host that shuts down stops its VMs; it starts them when it comes back. */
  async powerHost(host: string, power: 'on' | 'off'): Promise<void> {
    if (!this.#hosts.has(host)) refuse(404, `host ${host} does not exist`);
    if (this.#hosts.get(host) === power) return;
    const there = this.vms.filter((vm) => vm.host === host && vm.creation === 'done');
    if (power === 'on') this.#hosts.set(host, power);
    for (const { vmid } of there) await this.powerVm(vmid, power);
    this.#hosts.set(host, power);
  }

  async #start(vm: Vm, boots: boolean): Promise<Vm> {
    const { room } = this.#parts;
    if (boots && vm.inRoom) await room.powerOn(vm.vmid);
    else if (boots) await room.create(machineOf(vm));
    return this.#put({ ...vm, power: 'on', inRoom: boots || vm.inRoom });
  }

  #unlocked(vmid: number): Vm {
    const vm = this.vm(vmid);
    this.#reach(vm.host, vm.name);
    if (vm.creation === 'running') refuse(423, `VM ${vmid} is locked (clone)`);
    return vm;
  }

  #reach(host: string, name?: string): void {
    const power = this.#hosts.get(host) ?? refuse(500, `host ${host} does not exist`);
    if (power === 'off' || this.#parts.faults.standing('hypervisor:host', name))
      refuse(595, `no route to host ${host}`);
  }

  #put(vm: Vm): Vm {
    this.#vms.set(vm.vmid, vm);
    return vm;
  }

  async #takes(seconds: number): Promise<void> {
    await sleep((seconds * 1000) / this.#parts.speed);
  }
}

/** A VM's description for the hypervisor adapter. */
function machineOf(vm: Vm) {
  const {
    pool: _pool,
    bridge: _bridge,
    creation: _creation,
    inRoom: _inRoom,
    power: _power,
    ...machine
  } = vm;
  return machine;
}

function refuse(status: number, message: string): never {
  throw new HypervisorRefusal(status, message);
}

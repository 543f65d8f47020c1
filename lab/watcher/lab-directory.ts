import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { WatchedMachine } from './evidence.js';
import { at, list, number, text, texts } from './moments/payload.js';
import type { AddressedMachine } from './sources/commands.js';

/** The lab's data for the watcher; everything comes from its `lab.json`. */
export interface WatchedLab {
  readonly cluster: string;
  readonly directory: string;
  /** Base URL of the lab's control server. */
  readonly control: string;
  readonly machines: readonly (WatchedMachine & AddressedMachine)[];
  /** JSON lines. */
  readonly logs: {
    readonly requests: string;
    readonly machines: string;
    readonly fronts: string;
    readonly audit: string;
  };
  /** The hypervisor, where the machines run on one. */
  readonly hypervisor: WatchedHypervisor | undefined;
  /** Client URL of each control plane's etcd. */
  readonly etcd: readonly { readonly name: string; readonly client: string }[];
  readonly kubeconfig: { readonly admin: string; readonly slipway: string };
  readonly talosconfig: { readonly reader: string; readonly admin: string };
  /** Path of the age identity that decrypts the snapshots, where the lab has one. */
  readonly ageIdentity: string | undefined;
}

/** The machines' hypervisor, and its Terraform state. */
export interface WatchedHypervisor {
  /** JSON lines. */
  readonly log: string;
  /** Name of the token of Slipway's Terraform. */
  readonly slipway: string;
  readonly vms: readonly { readonly node: string; readonly vmid: number }[];
  readonly templates: readonly { readonly name: string; readonly id: number }[];
  /** File. */
  readonly state: string;
  /** Files with `name=secret`. */
  readonly tokens: readonly string[];
  /** Files. */
  readonly machineConfigurations: readonly string[];
}

/** @throws Error when there is no lab in the directory, or its `lab.json` lacks a field. */
export function readLab(directory: string): WatchedLab {
  const file = path.join(directory, 'lab.json');
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(
      `There is no running lab in ${directory}: ${(error as Error).message}. Start one: npm run lab`,
      { cause: error },
    );
  }
  const required = (...keys: readonly string[]): string => {
    const value = text(found, ...keys);
    if (value === undefined)
      throw new Error(`${file} has no ${keys.join('.')}: it was written by another version of the lab.`);
    return value;
  };
  const log = (name: string): string => required('logs', name);
  return {
    cluster: required('cluster'),
    directory,
    control: required('control'),
    machines: list(found, 'machines').map((machine) => ({
      name: text(machine, 'name') ?? '',
      role: text(machine, 'role') === 'control-plane' ? 'control-plane' : 'worker',
      address: text(machine, 'address') ?? '',
      loopback: text(machine, 'loopback') ?? '',
    })),
    logs: {
      requests: log('requests'),
      machines: log('machines'),
      fronts: log('fronts'),
      audit: log('audit'),
    },
    hypervisor: at(found, 'hypervisor') === undefined ? undefined : hypervisorIn(found, required),
    etcd: list(found, 'etcd').map((member) => ({
      name: text(member, 'name') ?? '',
      client: text(member, 'client') ?? '',
    })),
    kubeconfig: { admin: required('kubeconfig', 'admin'), slipway: required('kubeconfig', 'slipway') },
    talosconfig: { reader: required('talosconfig', 'reader'), admin: required('talosconfig', 'admin') },
    ageIdentity: text(found, 'ageIdentity'),
  };
}

function hypervisorIn(found: unknown, required: (...keys: readonly string[]) => string): WatchedHypervisor {
  return {
    log: required('hypervisor', 'log'),
    slipway: required('hypervisor', 'slipway'),
    vms: list(found, 'hypervisor', 'vms').map((vm) => ({
      node: text(vm, 'name') ?? '',
      vmid: number(vm, 'vmid') ?? 0,
    })),
    templates: list(found, 'hypervisor', 'templates').map((template) => {
      const node = text(template, 'node');
      return {
        name: text(template, 'name') ?? '',
        id: number(template, 'id') ?? 0,
        ...(node === undefined ? {} : { node }),
      };
    }),
    state: required('hypervisor', 'terraform', 'state'),
    tokens: [required('hypervisor', 'tokens', 'owner'), required('hypervisor', 'tokens', 'slipway')],
    machineConfigurations: Object.values(texts(at(found, 'machineConfigurations'))),
  };
}

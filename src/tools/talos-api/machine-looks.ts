import type { CallLimits, TalosTarget } from '../talos-target.js';
import { oneMessage, type Message } from './one-message.js';
import type { Call } from './talos-looks.js';

/** Reads of the machine itself. */
export interface MachineLooks {
  /** Health is `OK`, `Fail` or `?`: no health check, or none has run yet. */
  services(
    target: TalosTarget,
    limits?: CallLimits,
  ): Promise<{ name: string; state: string; health: string }[]>;
  /** The kernel log of this boot, as far as the kernel still has it. */
  dmesg(target: TalosTarget, limits?: CallLimits): Promise<string>;
  /** The kernel's boot id. Needs the admin role. */
  bootId(target: TalosTarget, limits?: CallLimits): Promise<string>;
}

interface ServiceList extends Message {
  readonly services: readonly {
    readonly id: string;
    readonly state: string;
    readonly health: { readonly unknown: boolean; readonly healthy: boolean } | null;
  }[];
}

interface Data extends Message {
  readonly bytes: Buffer;
}

export function machineLooks(call: Call): MachineLooks {
  const read = async (
    what: string,
    request: object,
    target: TalosTarget,
    limits?: CallLimits,
  ): Promise<string> => {
    const pieces = await call<Data>(`/machine.MachineService/${what}`, request, target, limits);
    return Buffer.concat(pieces.map((piece) => oneMessage(what, target, [piece]).bytes)).toString('utf8');
  };
  return {
    services: async (target, limits) => {
      const [answer] = await call<{ messages: ServiceList[] }>(
        '/machine.MachineService/ServiceList',
        {},
        target,
        limits,
      );
      const { services } = oneMessage('ServiceList', target, answer?.messages ?? []);
      return services.map(({ id, state, health }) => ({
        name: id,
        state,
        health: !health || health.unknown ? '?' : health.healthy ? 'OK' : 'Fail',
      }));
    },
    dmesg: (target, limits) => read('Dmesg', { follow: false, tail: false }, target, limits),
    bootId: async (target, limits) =>
      (await read('Read', { path: '/proc/sys/kernel/random/boot_id' }, target, limits)).trim(),
  };
}

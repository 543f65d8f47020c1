import type { LabDescription } from '../lab-description.js';
import { text } from '../watcher/moments/payload.js';
import { apiChange } from '../watcher/sources/audit-log.js';
import { hypervisorLine } from '../watcher/sources/hypervisor-log.js';
import { JsonTail } from '../watcher/sources/json-tail.js';

/** Talos calls that change a machine, or etcd. */
const changing =
  /\/(Upgrade|Install|Reboot|Rollback|EtcdForfeitLeadership|EtcdRemoveMember\w*|ApplyConfiguration|ImagePull|Pull)$/;

const slipway = 'slipway';

/**
 * Changes in the lab's own logs: Slipway's requests to the Kubernetes API, to the machines' Talos and to their hypervisor, and the
 * machines' own events.
 */
export class SignsOfChange {
  readonly #tails: readonly JsonTail<string>[];

  constructor({ logs, hypervisor }: Pick<LabDescription, 'logs' | 'hypervisor'>) {
    this.#tails = [
      new JsonTail(logs.audit, changedObject),
      new JsonTail(logs.requests, changingCall),
      new JsonTail(logs.machines, (line) => text(line, 'event')),
      ...(hypervisor
        ? [new JsonTail(hypervisor.log, (line) => changedMachine(line, hypervisor.slipway))]
        : []),
    ];
  }

  /** Their present number. */
  async count(): Promise<number> {
    await Promise.all(this.#tails.map((tail) => tail.read()));
    return this.#tails.reduce((sum, { entries }) => sum + entries.length, 0);
  }
}

function changedObject(line: unknown): string | undefined {
  const change = apiChange(line);
  return change?.user === slipway ? change.verb : undefined;
}

function changingCall(line: unknown): string | undefined {
  const method = text(line, 'method');
  return method !== undefined && changing.test(method) ? method : undefined;
}

function changedMachine(line: unknown, by: string): string | undefined {
  const { seen } = hypervisorLine(line);
  return seen.by === by && seen.method !== 'GET' ? seen.method : undefined;
}

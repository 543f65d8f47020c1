import type { Evidence, HypervisorRequest, Moment } from '../evidence.js';

/** The effect of a request of Slipway's Terraform on a VM. */
export interface VmCall {
  readonly request: HypervisorRequest;
  /** Node of the VM's name; `VM 8123` where it is none of the lab's. */
  readonly node: string;
  readonly does: 'destroy' | 'make' | 'change';
}

/** In sentences: `destruction of k8s-work-1`. */
export const DESTRUCTION = 'destruction';

/** Requests of Slipway's Terraform that change something, whatever their answers were. */
export function slipwayChangesAtHypervisor({ hypervisor }: Evidence): readonly HypervisorRequest[] {
  if (hypervisor === undefined) return [];
  const { requests, slipway } = hypervisor;
  return requests.filter(({ by, method }) => by === slipway && method !== 'GET');
}

/** Those that are about a VM. */
export function vmCalls(evidence: Evidence): VmCall[] {
  return slipwayChangesAtHypervisor(evidence).flatMap((request) => {
    if (request.vmid === undefined) return [];
    const makes = request.method === 'POST' && request.path === '/vms';
    const does = request.method === 'DELETE' ? 'destroy' : makes ? 'make' : 'change';
    return [{ request, node: nodeOf(evidence, request.vmid), does }];
  });
}

/** Destructions of machines. Deleting the leftover of a failed creation stops no machine, and does not count. */
export function destructions(evidence: Evidence): VmCall[] {
  const calls = vmCalls(evidence);
  return calls.filter(
    (call, index) =>
      call.does === 'destroy' && !clearsAway(calls.slice(0, index).filter(({ node }) => node === call.node)),
  );
}

/** True when the last request for the VM was a failed creation. */
function clearsAway(before: readonly VmCall[]): boolean {
  const last = before.findLast(({ does }) => does !== 'change');
  return last?.does === 'make' && !answeredWell(last.request);
}

/** Whether another client than Slipway created the node's machine of a moment, after another moment. */
export function madeByOthers({ hypervisor }: Evidence, node: string, after: Moment, until: Moment): boolean {
  const vmid = hypervisor?.vms.find((vm) => vm.node === node)?.vmid;
  const last = hypervisor?.requests.findLast(
    (request) =>
      request.method === 'POST' &&
      request.path === '/vms' &&
      request.vmid === vmid &&
      answeredWell(request) &&
      request.at > after &&
      request.at < until,
  );
  return last !== undefined && last.by !== hypervisor?.slipway;
}

export function answeredWell({ status }: HypervisorRequest): boolean {
  return status !== undefined && status < 400;
}

/** The hypervisor carried it out, or may have: the result of an unanswered request is unknown. */
export function mayHaveHappened({ status }: HypervisorRequest): boolean {
  return status === undefined || status < 400;
}

export function endOf({ at, took }: HypervisorRequest): Moment {
  return took === undefined ? Number.POSITIVE_INFINITY : at + took;
}

function nodeOf({ hypervisor }: Evidence, vmid: number): string {
  return hypervisor?.vms.find((vm) => vm.vmid === vmid)?.node ?? `VM ${vmid}`;
}

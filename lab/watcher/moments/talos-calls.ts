import type { Evidence, TalosRequest } from '../evidence.js';

/** What a Talos call does to a machine. */
export interface CallEffect {
  /** In sentences: `Upgrade of k8s-work-1`. */
  readonly called: string;
  /** Writes a boot slot, and makes it the one that boots next. */
  readonly installs?: true;
  /** Stops the machine, for a reboot or for good. */
  readonly stops?: true;
  /** Takes a member of etcd away. */
  readonly removesMember?: true;
}

/**
 * Calls that change a machine for good. The upgrade of Talos up to 1.12 installs and reboots; that of LifecycleService, since
 * 1.13, installs and stops nothing.
 */
const EFFECTS: Readonly<Record<string, CallEffect>> = {
  'MachineService/Upgrade': { called: 'Upgrade', installs: true, stops: true },
  'LifecycleService/Upgrade': { called: 'install', installs: true },
  'LifecycleService/Install': { called: 'first install', installs: true },
  'MachineService/Reboot': { called: 'Reboot', stops: true },
  'MachineService/Rollback': { called: 'Rollback', stops: true },
  'MachineService/Shutdown': { called: 'Shutdown', stops: true },
  'MachineService/Reset': { called: 'Reset', stops: true },
  'MachineService/EtcdRemoveMember': { called: 'EtcdRemoveMember', removesMember: true },
  'MachineService/EtcdRemoveMemberByID': { called: 'EtcdRemoveMemberByID', removesMember: true },
  'MachineService/EtcdLeaveCluster': { called: 'EtcdLeaveCluster', removesMember: true },
};

/** Calls that pull an image. */
const PULLS = new Set(['MachineService/ImagePull', 'ImageService/Pull']);

/** Where the calls have the image they are about. */
const IMAGE_FIELDS = ['image', 'image_name', 'source.image_name', 'reference', 'image_ref'] as const;

/** gRPC: this Talos has no such call. */
const UNIMPLEMENTED = 12;

/** A request that changes a machine, and how. */
export interface Destructive extends CallEffect {
  readonly request: TalosRequest;
  /** Whom it is done to. Another member is asked to take away that of a machine that is gone. */
  readonly node: string;
}

/**
 * Requests that change a machine for good, whatever their answers were: an answer can be lost. A LifecycleService that is not
 * there does not count: talosctl asks for it, and falls back to the call of old.
 */
export function destructiveRequests(evidence: Evidence): Destructive[] {
  return evidence.requests.flatMap((request) => {
    const effect = EFFECTS[callOf(request)];
    const absent = request.service === 'LifecycleService' && request.code === UNIMPLEMENTED;
    if (effect === undefined || absent) return [];
    return [{ ...effect, request, node: removedMember(evidence, request) ?? request.node }];
  });
}

/** Whose member a request takes away by its id; undefined: it is about no other machine than the one it is for. */
function removedMember({ etcd }: Evidence, { args, at }: TalosRequest): string | undefined {
  const id = args['member_id'];
  if (typeof id !== 'string' && typeof id !== 'number') return undefined;
  const named = etcd.filter((round) => round.at <= at).flatMap(({ members }) => members ?? []);
  const name = named.findLast((member) => member.id === String(id))?.name;
  return name === '' ? undefined : name;
}

/** Those that disrupt: they stop the machine, or take its etcd member away. */
export function disruptingRequests(evidence: Evidence): Destructive[] {
  return destructiveRequests(evidence).filter(({ stops, removesMember }) => stops === true || removesMember);
}

/** Those that install. */
export function installRequests(evidence: Evidence): Destructive[] {
  return destructiveRequests(evidence).filter(({ installs }) => installs === true);
}

/** Requests for an image to be pulled. */
export function pullRequests({ requests }: Evidence): TalosRequest[] {
  return requests.filter((request) => PULLS.has(callOf(request)));
}

/**
 * The image a request is about; where the request does not tell, the one the machine then began to install. Undefined: nobody
 * tells.
 */
export function imageOf({ machineEvents }: Evidence, request: TalosRequest): string | undefined {
  for (const field of IMAGE_FIELDS) {
    const value = request.args[field];
    if (typeof value === 'string' && value !== '') return value;
  }
  const { at, took, node } = request;
  return machineEvents.find(
    (one) =>
      one.machine === node && one.event === 'install-started' && one.at >= at && one.at <= at + took + 500,
  )?.detail;
}

/** `LifecycleService/Upgrade` */
export function callOf({ service, method }: TalosRequest): string {
  return `${service}/${method}`;
}

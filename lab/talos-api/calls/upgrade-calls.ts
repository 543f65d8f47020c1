import { status } from '@grpc/grpc-js';
import type { InstallProgress } from '../../machines/lifecycle-upgrade.js';
import type { RebootMode } from '../../machines/machine.js';
import { queueOf } from '../async-queue.js';
import { namespaceOf, type ContainerdInstance } from '../containerd-instance.js';
import type { TalosCall } from '../talos-call.js';
import { TalosError, brokenOff } from '../talos-error.js';

interface UpgradeMessage {
  readonly image?: string;
  readonly stage?: boolean;
  readonly force?: boolean;
  readonly preserve?: boolean;
  readonly reboot_mode?: 'DEFAULT' | 'POWERCYCLE';
}

/** The legacy upgrade: Talos 1.12 has no other, 1.13 still has it. */
export async function upgrade(call: TalosCall<UpgradeMessage>): Promise<object> {
  const { machine, request, signal } = call;
  if (request.stage === true) {
    throw new TalosError(
      status.UNIMPLEMENTED,
      'the lab does not simulate staged upgrades (talosctl upgrade --stage)',
    );
  }
  const wanted = {
    image: request.image ?? '',
    force: request.force === true,
    preserve: request.preserve === true,
    rebootMode: request.reboot_mode ?? 'DEFAULT',
  };
  if (asked(call) === 'another-install-runs') await machine.upgrade(wanted);
  const { actorId } = await machine.upgrade(wanted, signal);
  if (machine.faults.take('upgrade:accepted', machine.name) !== undefined) breakOff(call);
  return { messages: [{ ack: 'Upgrade request received', actor_id: actorId }] };
}

interface LifecycleUpgradeMessage {
  readonly containerd?: ContainerdInstance;
  readonly source?: { readonly image_name?: string };
}

/** The end of an installer as a message to its client. */
type Heard = InstallProgress | { readonly failure: unknown };

/** The install of Talos 1.13, line by line and with its exit code at the end. A client that disconnects does not stop it. */
export async function* lifecycleUpgrade(call: TalosCall<LifecycleUpgradeMessage>): AsyncIterable<object> {
  const { machine, request, signal } = call;
  const wanted = {
    image: request.source?.image_name ?? '',
    namespace: namespaceOf(request.containerd),
  };
  const { lifecycle, faults, name } = machine;
  if (asked(call) === 'another-install-runs') {
    lifecycle
      .run(wanted, () => {})
      .catch(() => {
        // Its own client would get the error; the machine's log has it too.
      });
  }
  const heard = queueOf<Heard>(signal, (push) => {
    lifecycle.run(wanted, push).catch((failure: unknown) => push({ failure }));
    return () => {};
  });
  for await (const step of heard) {
    if ('failure' in step) throw step.failure;
    const last = 'exit_code' in step;
    if (last && faults.take('installer:answer', name) !== undefined) breakOff(call);
    yield { progress: step };
    if (last) return;
    if (faults.take('installer:streaming', name) !== undefined) breakOff(call);
  }
}

/** Machines of the lab are installed. */
// oxlint-disable-next-line require-yield -- it throws before an answer
export async function* lifecycleInstall({ machine }: TalosCall): AsyncIterable<object> {
  machine.lifecycle.refuseInstall();
}

export async function reboot(call: TalosCall<{ mode?: RebootMode }>): Promise<object> {
  const { machine, request } = call;
  if (machine.faults.take('reboot:asked', machine.name) !== undefined) breakOff(call);
  const { actorId } = machine.reboot(request.mode ?? 'DEFAULT');
  if (machine.faults.take('reboot:accepted', machine.name) !== undefined) breakOff(call);
  return { messages: [{ actor_id: actorId }] };
}

/** It has no actor: the client cannot follow it. */
export async function rollback(call: TalosCall): Promise<object> {
  const { machine } = call;
  if (machine.faults.take('rollback:asked', machine.name) !== undefined) breakOff(call);
  machine.rollback();
  return { messages: [{}] };
}

/** Faults of an install request before the machine accepts it. */
function asked(call: TalosCall): 'another-install-runs' | undefined {
  const { faults, name } = call.machine;
  const fault = faults.take('upgrade:asked', name);
  return fault === 'upgrade-request-lost' ? breakOff(call) : fault;
}

function breakOff(call: TalosCall): never {
  call.breakConnection();
  throw brokenOff();
}

import { resetMachine, shutDownMachine, type ResetRequest } from '../../machines/reset.js';
import type { TalosCall } from '../talos-call.js';

interface ResetMessage {
  readonly graceful?: boolean;
  readonly reboot?: boolean;
  readonly system_partitions_to_wipe?: readonly { readonly label?: string; readonly wipe?: boolean }[];
  readonly user_disks_to_wipe?: readonly string[];
  readonly mode?: ResetRequest['mode'];
}

export async function reset({ machine, request }: TalosCall<ResetMessage>): Promise<object> {
  const { actorId } = resetMachine(machine, {
    graceful: request.graceful === true,
    reboot: request.reboot === true,
    partitions: (request.system_partitions_to_wipe ?? []).map(({ label }) => label ?? ''),
    userDisks: request.user_disks_to_wipe ?? [],
    mode: request.mode ?? 'ALL',
  });
  return { messages: [{ actor_id: actorId }] };
}

export async function shutdown({ machine, request }: TalosCall<{ force?: boolean }>): Promise<object> {
  const { actorId } = shutDownMachine(machine, request.force === true);
  return { messages: [{ actor_id: actorId }] };
}

import type {
  MachineEvent,
  MachineEventPayload,
  MachineStage,
  ServiceState,
} from '../../machines/machine-event.js';
import { queueOf } from '../async-queue.js';
import type { TalosCall } from '../talos-call.js';
import { encode } from '../wire.js';

interface EventsMessage {
  readonly tail_events?: number;
  readonly tail_id?: string;
  readonly tail_seconds?: number;
  readonly with_actor_id?: string;
}

/** Talos' number of each stage, in events and resources alike. */
export const STAGE_NUMBER: Readonly<Record<MachineStage, number>> = {
  booting: 1,
  maintenance: 3,
  running: 4,
  rebooting: 5,
  'shutting down': 6,
  resetting: 7,
  upgrading: 8,
};

const SERVICE_ACTION: Readonly<Record<ServiceState, string>> = {
  Waiting: 'WAITING',
  Preparing: 'PREPARING',
  Running: 'RUNNING',
  Stopping: 'STOPPING',
  Finished: 'FINISHED',
  Failed: 'FAILED',
};

/** An empty event at once, so that the client knows it is connected; then stored events, then new ones. */
export async function* events({ machine, request, signal }: TalosCall<EventsMessage>): AsyncIterable<object> {
  const buffer = machine.events;
  const start = {
    ...(request.tail_events === undefined ? {} : { tailEvents: request.tail_events }),
    ...(request.tail_id === undefined ? {} : { tailId: request.tail_id }),
    ...(request.tail_seconds === undefined ? {} : { tailSeconds: request.tail_seconds }),
  };
  const wanted = request.with_actor_id ?? '';
  const queue = queueOf<MachineEvent>(signal, (push) => buffer.watch(start, push));
  yield { data: {}, id: '', actor_id: wanted };
  for await (const event of queue) {
    if (wanted !== '' && event.actorId !== wanted) continue;
    yield { data: any(event.payload), id: event.id, actor_id: event.actorId };
  }
}

function any(payload: MachineEventPayload): object {
  return {
    type_url: `talos/runtime/machine.${payload.kind}`,
    value: encode(`machine.${payload.kind}`, fields(payload)),
  };
}

function fields(payload: MachineEventPayload): object {
  if (payload.kind === 'MachineStatusEvent') {
    return {
      stage: STAGE_NUMBER[payload.stage],
      status: { ready: payload.ready, unmet_conditions: payload.unmet },
    };
  }
  if (payload.kind === 'ServiceStateEvent') {
    return {
      service: payload.service,
      action: SERVICE_ACTION[payload.action],
      message: payload.message,
      health: { unknown: payload.health === 'unknown', healthy: payload.health === 'healthy' },
    };
  }
  return payload;
}

import { status } from '@grpc/grpc-js';
import { unlessInterrupted } from '../machines/interruptible.js';
import type { Machine } from '../machines/machine.js';
import { authorize } from './authorization.js';
import { authorizeInMaintenance } from './maintenance-rules.js';
import { handlers } from './handlers.js';
import { offers, serviceOf } from './offered-services.js';
import { simpleFields, type RequestLog } from './request-log.js';
import type { TalosCall, TalosHandler } from './talos-call.js';
import { TalosError, asTalosError, brokenOff } from './talos-error.js';
import { methodAt } from './wire.js';

/** A request as the dialled machine received it. */
export interface ArrivedRequest {
  readonly id: number;
  /** `/machine.MachineService/Upgrade` */
  readonly path: string;
  readonly bytes: Buffer;
  readonly dialled: Machine;
  readonly roles: readonly string[];
  /** The client's user agent. */
  readonly client: string;
  /** Aborts when the client disconnected. */
  readonly clientGone: AbortSignal;
  readonly breakConnection: () => void;
}

/** The machine that a request is forwarded to. */
export interface Target {
  readonly machine: Machine;
  /** Aborts when its Talos API closes. */
  readonly closed: AbortSignal;
  /** The API accepts everybody, and answers few calls. */
  readonly inMaintenance: boolean;
}

/** A machine's answer as bytes. Rejects with a TalosError; writes a log line either way. */
export async function unaryAnswer(request: ArrivedRequest, target: Target, log: RequestLog): Promise<Buffer> {
  return logged(request, target.machine.name, log, async () => {
    const { handler, call } = prepared(request, target);
    if (!('unary' in handler)) throw new Error(`${request.path} is a stream.`);
    const answer = handler.unary(call as TalosCall<never>);
    const response = await unlessInterrupted(answer, target.closed).catch((error: unknown) => {
      throw target.closed.aborted ? brokenOff() : error;
    });
    return methodAt(request.path).responseSerialize(response);
  });
}

/** A machine's stream, message by message. Throws a TalosError at its end; writes a log line either way. */
export async function* streamAnswer(
  request: ArrivedRequest,
  target: Target,
  log: RequestLog,
): AsyncGenerator<Buffer> {
  const end = logLine(request, target.machine.name, log);
  let failure: TalosError | undefined;
  try {
    const { handler, call } = prepared(request, target);
    if (!('stream' in handler)) throw new Error(`${request.path} is no stream.`);
    const { responseSerialize } = methodAt(request.path);
    for await (const message of handler.stream(call as TalosCall<never>)) yield responseSerialize(message);
    if (target.closed.aborted) throw brokenOff();
  } catch (error) {
    failure = target.closed.aborted ? brokenOff() : asTalosError(error);
    throw failure;
  } finally {
    end(failure);
  }
}

/** Runs a function for a request and logs its result. */
export async function logged<Answer>(
  request: ArrivedRequest,
  node: string,
  log: RequestLog,
  run: () => Promise<Answer>,
): Promise<Answer> {
  const end = logLine(request, node, log);
  try {
    const answer = await run();
    end(undefined);
    return answer;
  } catch (error) {
    const failure = asTalosError(error);
    end(failure);
    throw failure;
  }
}

/** Checks the role before anything else, as Talos does, and finds the handler. */
function prepared(request: ArrivedRequest, target: Target): { handler: TalosHandler; call: TalosCall } {
  const { version } = target.machine;
  const offered = offers(version, request.path);
  // A call that a machine does not know has no rule either: clients other than administrators never learn that it is missing.
  if (target.inMaintenance) authorizeInMaintenance(version, request.path);
  else authorize(offered ? request.path : '', request.roles);
  if (!offered) {
    throw new TalosError(status.UNIMPLEMENTED, `unknown service ${serviceOf(request.path)}`);
  }
  const handler = handlers[request.path];
  if (handler === undefined) {
    throw new TalosError(
      status.UNIMPLEMENTED,
      `the lab does not simulate ${request.path.slice(1)}: see lab/DIFFERENCES.md`,
    );
  }
  return {
    handler,
    call: {
      machine: target.machine,
      inMaintenance: target.inMaintenance,
      request: methodAt(request.path).requestDeserialize(request.bytes),
      roles: request.roles,
      signal: AbortSignal.any([request.clientGone, target.closed]),
      breakConnection: request.breakConnection,
    },
  };
}

function logLine(
  request: ArrivedRequest,
  node: string,
  log: RequestLog,
): (failure: TalosError | undefined) => void {
  const startedAt = Date.now();
  return (failure) => {
    log({
      time: new Date(startedAt).toISOString(),
      endpoint: request.dialled.name,
      node,
      method: request.path.slice(1),
      client: request.client,
      roles: request.roles,
      args: argumentsOf(request),
      code: failure?.code ?? status.OK,
      ...(failure === undefined ? {} : { error: failure.message }),
      durationMs: Date.now() - startedAt,
      requestId: request.id,
    });
  };
}

function argumentsOf(request: ArrivedRequest): Record<string, string | number | boolean> {
  if (handlers[request.path] === undefined) return {};
  return simpleFields(methodAt(request.path).requestDeserialize(request.bytes));
}

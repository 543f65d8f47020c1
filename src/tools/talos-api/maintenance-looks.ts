import { createHash, X509Certificate } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { lookMs, type CallLimits, type TalosTarget } from '../talos-target.js';
import { GrpcRefused, grpcCall } from './grpc-call.js';
import { grpcStatus } from './grpc-status.js';
import { openUnverified, type UnverifiedSession } from './open-session.js';
import { methodAt } from './protos.js';
import { resourceLooks } from './resource-looks.js';
import { TalosCallFailed } from './talos-call-failed.js';
import type { Call } from './talos-looks.js';

/** What a machine without a configuration reports of itself. Nothing in it is authenticated. */
export interface MaintenanceSeen {
  /** `maintenance`. */
  readonly stage: string;
  /** `v1.13.9` */
  readonly version: string;
  /** SMBIOS UUID, in lower case. */
  readonly uuid: string;
  /** MACs of its network interfaces, in lower case. */
  readonly macs: readonly string[];
  /**
   * Fingerprint of the certificate it showed, in the format of `talosctl --cert-fingerprint`: a configuration is sent only to this machine.
   */
  readonly fingerprint: string;
}

/**
 * Reads the identity of the machine at an address, over one connection: stage, version, UUID, network interfaces. Up to Talos 1.12 a small
 * service runs in maintenance mode, from 1.13 on the usual one; both show resources that are no secret.
 *
 * @param endpoint where to connect.
 * @throws TalosCallFailed when nothing responds, or the machine requires a certificate: then it has its configuration
 */
export async function lookInMaintenance(endpoint: string, limits: CallLimits = {}): Promise<MaintenanceSeen> {
  const target: TalosTarget = { node: endpoint, endpoint };
  const connection = openUnverified(endpoint);
  const end = Date.now() + (limits.timeoutMs ?? lookMs);
  const over = new AbortController();
  const stop = (): void => over.abort();
  limits.signal?.addEventListener('abort', stop, { once: true });
  try {
    const looks = resourceLooks(calls(connection, end, over.signal));
    const { stage } = await looks.machineStatus(target);
    const version = await looks.version(target);
    const uuid = await looks.systemUuid(target);
    const macs = await looks.macs(target);
    return { stage, version, uuid, macs, fingerprint: fingerprintOf(connection.certificate()) };
  } finally {
    limits.signal?.removeEventListener('abort', stop);
    connection.session.destroy();
  }
}

/** Calls without a node header: the endpoint itself answers. */
function calls({ session, accepted }: UnverifiedSession, end: number, signal: AbortSignal): Call {
  return async <T>(path: string, request: object, target: TalosTarget): Promise<readonly T[]> => {
    const method = methodAt(path);
    const began = Date.now();
    const failed = (status: number, details: string, reached: boolean): TalosCallFailed =>
      new TalosCallFailed({
        call: 'type' in request ? String(request.type) : path,
        target,
        status,
        details,
        reached,
        durationMs: Date.now() - began,
      });
    const timer = new AbortController();
    try {
      const answers = await Promise.race([
        accepted.then(() => grpcCall(session, path, method.requestSerialize(request), {}).answers),
        sleep(Math.max(0, end - began), undefined, { signal: AbortSignal.any([timer.signal, signal]) }).then(
          () => {
            throw failed(grpcStatus.deadlineExceeded, '', false);
          },
        ),
      ]);
      return answers.map((answer) => method.responseDeserialize(answer) as T);
    } catch (error) {
      if (error instanceof TalosCallFailed) throw error;
      if (signal.aborted) throw failed(grpcStatus.cancelled, '', false);
      if (error instanceof GrpcRefused) throw failed(error.status, error.details, true);
      throw failed(grpcStatus.unavailable, error instanceof Error ? error.message : String(error), false);
    } finally {
      timer.abort();
    }
  };
}

/** SHA-256 of the public key (SPKI), in base64 as Talos' crypto library writes it. */
function fingerprintOf(certificate: Buffer): string {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { defaultNamespace } from '../../workflows/messages.js';
import type { Temporal as OpenTemporal } from '../../runs/temporal/temporal.js';
import { TemporalUnreachable, UserMistake } from '../mistakes.js';
import { grpcCode, isSilence } from '../../runs/temporal/grpc-failure.js';

/** A connection to Temporal, as TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE or a profile names it. */
export interface Temporal extends OpenTemporal {
  close(): Promise<void>;
}

const defaultAddress = '127.0.0.1:7233';
const answerMs = 5_000;
/** A command reports soon that Temporal does not respond; `watch` does its own retries. */
const tries = 3;
/** The longest pause between reconnects. gRPC's own backoff grows to two minutes while Temporal is unreachable. */
const channelArgs = { 'grpc.max_reconnect_backoff_ms': 5_000 };

/**
 * Connects, and makes sure that Temporal responds and knows the namespace.
 *
 * @throws TemporalUnreachable when it does not respond, or has no such namespace: with what to start.
 * @throws UserMistake when the profile or its files cannot be used.
 */
export async function connectTemporal(): Promise<Temporal> {
  const temporal = openTemporal();
  const { address, client, namespace } = temporal;
  try {
    await temporal.within(answerMs, () => client.workflowService.describeNamespace({ namespace }));
  } catch (error) {
    await temporal.close();
    throw temporalTrouble(error, address, namespace);
  }
  return temporal;
}

/** Opens the connection without a first request. @throws UserMistake when the profile or its files cannot be used. */
export function openTemporal(): Temporal {
  const { connectionOptions, namespace: named } = readProfile();
  const address = connectionOptions.address ?? defaultAddress;
  const namespace = named && named !== 'default' ? named : defaultNamespace;
  const interceptors = [makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: tries }))];
  const connection = Connection.lazy({ ...connectionOptions, address, interceptors, channelArgs });
  return {
    client: new Client({ connection, namespace }),
    address,
    namespace,
    within: (milliseconds, act) => connection.withDeadline(Date.now() + milliseconds, act),
    close: () => connection.close(),
  };
}

function readProfile(): ReturnType<typeof loadClientConnectConfig> {
  try {
    return loadClientConnectConfig();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserMistake(
      `Temporal's client settings cannot be used: ${why}. Correct TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE or the files they name.`,
    );
  }
}

const notFound = 5;
const permissionDenied = 7;
const unauthenticated = 16;

/** Explains a failed call: unreachable, unknown namespace, or refused credentials. Other errors are returned unchanged. */
export function temporalTrouble(error: unknown, address: string, namespace: string): unknown {
  const code = grpcCode(error);
  if (isSilence(error)) return temporalUnreachable(address, error);
  if (code === notFound) {
    return new TemporalUnreachable(
      `Temporal at ${address} has no namespace ${namespace}.`,
      'A worker makes it at its first start; or name another: TEMPORAL_NAMESPACE=NAME.',
    );
  }
  if (code === permissionDenied || code === unauthenticated) {
    return new UserMistake(
      `Temporal at ${address} refuses these credentials. Set TEMPORAL_API_KEY, or the certificate of TEMPORAL_PROFILE.`,
    );
  }
  return error;
}

/** Temporal does not respond: the network's error, and what to start. */
export function temporalUnreachable(address: string, error: unknown): TemporalUnreachable {
  const text =
    error instanceof Error
      ? `${error.message} ${error.cause instanceof Error ? error.cause.message : ''}`
      : String(error);
  const network = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ECONNRESET/.exec(
    text,
  )?.[0];
  return new TemporalUnreachable(
    `Temporal does not answer at ${address}${network ? ` (${network})` : ''}.`,
    'Start it, with a worker: slipway serve; or name another: TEMPORAL_ADDRESS=HOST:7233.',
  );
}

import path from 'node:path';
import {
  Client,
  Metadata,
  credentials,
  status,
  type ServiceError,
  type ClientReadableStream,
} from '@grpc/grpc-js';
import { loadSync, type MethodDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { projectRoot } from '../../src/tools/project-root.js';

/** 64-bit numbers are decimal strings: etcd's member ids do not fit into a JavaScript number. */
export interface EtcdHeader {
  readonly member_id: string;
  readonly revision: string;
}

export interface EtcdMember {
  readonly ID: string;
  /** Empty for a member that has never started. */
  readonly name: string;
  readonly peerURLs: readonly string[];
  readonly clientURLs: readonly string[];
  readonly isLearner: boolean;
}

export interface EtcdStatus {
  readonly header: EtcdHeader;
  readonly version: string;
  readonly dbSize: string;
  readonly dbSizeInUse: string;
  /** `0` when the member knows of no leader. */
  readonly leader: string;
  readonly raftIndex: string;
  readonly raftTerm: string;
  readonly raftAppliedIndex: string;
  readonly errors: readonly string[];
  readonly isLearner: boolean;
  readonly storageVersion: string;
}

export interface EtcdAlarm {
  readonly memberID: string;
  readonly alarm: 'NONE' | 'NOSPACE' | 'CORRUPT';
}

/** An etcd call that failed, in the words of Talos' etcd client. */
export class EtcdError extends Error {
  override readonly name = 'EtcdError';
  /**
   * The gRPC status of Talos' answer. etcd's own errors lose theirs on the way through Talos and are UNKNOWN; a member that cannot be
   * reached is UNAVAILABLE.
   */
  readonly code: status;
  /** True when the member could not be reached at all: another one may be tried. */
  readonly unreachable: boolean;
  readonly #isStatus: boolean;

  constructor(code: status, message: string, kind: { unreachable?: boolean; isStatus?: boolean } = {}) {
    super(message);
    this.code = code;
    this.unreachable = kind.unreachable === true;
    this.#isStatus = kind.isStatus === true;
  }

  /** The same failure with a prefix, as Go wraps errors: a gRPC status is spelled out the first time. */
  wrapped(prefix: string): EtcdError {
    const text = this.#isStatus
      ? `rpc error: code = ${goCode(this.code)} desc = ${this.message}`
      : this.message;
    return new EtcdError(this.code, `${prefix}: ${text}`, { unreachable: this.unreachable });
  }
}

const definition = loadSync(path.join(projectRoot, 'lab/machines/etcd.proto'), {
  keepCase: true,
  longs: String,
  enums: String,
  defaults: true,
});

/** The longest wait of a call; etcd itself gives up on a lost quorum after about five seconds. */
const CALL_MS = 15_000;

/** Calls one etcd member over plain gRPC. Every call opens its own connection, so that a restart leaves no back-off. */
export class EtcdClient {
  /** `endpoint`: `http://127.77.67.1:2379`. */
  constructor(readonly endpoint: string) {}

  status(): Promise<EtcdStatus> {
    return this.#call('Maintenance', 'Status', {});
  }

  /** Linearizable, as in Talos: fails without quorum. */
  async members(): Promise<EtcdMember[]> {
    const answer = await this.#call<{ members: EtcdMember[] }>(
      'Cluster',
      'MemberList',
      { linearizable: true },
      leader(),
    );
    return answer.members;
  }

  /** etcd rejects a removal that would cost it its majority. */
  async removeMember(id: string): Promise<void> {
    await this.#call('Cluster', 'MemberRemove', { ID: id }, leader());
  }

  /** Adds a learner; returns its id. */
  async addLearner(peerUrl: string): Promise<string> {
    const request = { peerURLs: [peerUrl], isLearner: true };
    const answer = await this.#call<{ member: EtcdMember }>('Cluster', 'MemberAdd', request, leader());
    return answer.member.ID;
  }

  /** Promotes a learner. Fails while it is behind. */
  async promote(id: string): Promise<void> {
    await this.#call('Cluster', 'MemberPromote', { ID: id }, leader());
  }

  async alarms(): Promise<EtcdAlarm[]> {
    const answer = await this.#call<{ alarms: EtcdAlarm[] }>('Maintenance', 'Alarm', { action: 'GET' });
    return answer.alarms;
  }

  /** Must be sent to the leader. */
  async moveLeader(targetID: string): Promise<void> {
    await this.#call('Maintenance', 'MoveLeader', { targetID }, leader());
  }

  /** Reads a key that need not exist, through consensus: proves a quorum that includes this member. */
  async proveQuorum(timeoutMs: number): Promise<void> {
    await this.#call('KV', 'Range', { key: Buffer.from('health') }, new Metadata(), timeoutMs);
  }

  /** A lease of that many seconds; returns its id. */
  async grantLease(seconds: number): Promise<string> {
    const answer = await this.#call<{ ID: string }>('Lease', 'LeaseGrant', { TTL: seconds });
    return answer.ID;
  }

  async revokeLease(id: string): Promise<void> {
    await this.#call('Lease', 'LeaseRevoke', { ID: id });
  }

  /** Creates a key that lives as long as the lease. False when it exists. */
  async create(key: string, lease: string): Promise<boolean> {
    const bytes = Buffer.from(key);
    const answer = await this.#call<{ succeeded: boolean }>('KV', 'Txn', {
      compare: [{ result: 'EQUAL', target: 'CREATE', key: bytes, create_revision: 0 }],
      success: [{ request_put: { key: bytes, value: Buffer.alloc(0), lease } }],
    });
    return answer.succeeded;
  }

  /** The backend as etcd streams it; its last 32 bytes are the SHA-256 of the rest. Served without quorum. */
  async *snapshot(signal: AbortSignal): AsyncGenerator<Buffer> {
    const client = this.#connect();
    const method = methodOf('Maintenance', 'Snapshot');
    const stream: ClientReadableStream<{ blob: Buffer }> = client.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize as (bytes: Buffer) => { blob: Buffer },
      {},
      new Metadata(),
    );
    const cancel = (): void => stream.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      for await (const { blob } of stream) yield blob;
    } catch (error) {
      throw translated(error as ServiceError);
    } finally {
      signal.removeEventListener('abort', cancel);
      client.close();
    }
  }

  #call<Answer>(
    service: string,
    name: string,
    request: object,
    metadata = new Metadata(),
    timeoutMs = CALL_MS,
  ): Promise<Answer> {
    const client = this.#connect();
    const method = methodOf(service, name);
    return new Promise<Answer>((resolve, reject) => {
      client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        metadata,
        { deadline: Date.now() + timeoutMs },
        (error, answer) => {
          client.close();
          if (error !== null) reject(translated(error));
          else resolve(answer as Answer);
        },
      );
    });
  }

  #connect(): Client {
    return new Client(new URL(this.endpoint).host, credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      'grpc.enable_http_proxy': 0,
    });
  }
}

/**
 * Tries one member after another until one can be reached, as a client with several endpoints does. Rejects with the last failure when none
 * can.
 */
export async function askAnyMember<Answer>(
  endpoints: readonly string[],
  ask: (client: EtcdClient) => Promise<Answer>,
): Promise<Answer> {
  let last = new EtcdError(status.UNKNOWN, 'etcdclient: no available endpoints', { unreachable: true });
  for (const endpoint of endpoints) {
    try {
      return await ask(new EtcdClient(endpoint));
    } catch (error) {
      if (!(error instanceof EtcdError) || !error.unreachable) throw error;
      last = error;
    }
  }
  throw last;
}

function methodOf(service: string, name: string): MethodDefinition<object, object> {
  const method = (definition[`etcdserverpb.${service}`] as ServiceDefinition)[name];
  if (method === undefined) throw new Error(`etcd.proto has no ${service}/${name}.`);
  return method;
}

/** Makes etcd answer at once, with an error, when the member has no leader. */
function leader(): Metadata {
  const metadata = new Metadata();
  metadata.set('hasleader', 'true');
  return metadata;
}

function translated(error: ServiceError): EtcdError {
  if (error.details.startsWith('etcdserver:')) return new EtcdError(status.UNKNOWN, error.details);
  if (error.code === status.DEADLINE_EXCEEDED) return deadlineExceeded();
  if (error.code !== status.UNAVAILABLE) return new EtcdError(error.code, error.details, { isStatus: true });
  const dial = 'dial tcp 127.0.0.1:2379: connect: connection refused';
  const message = `connection error: desc = "transport: Error while dialing: ${dial}"`;
  return new EtcdError(status.UNAVAILABLE, message, { unreachable: true, isStatus: true });
}

/** Go's error when the time limit of a call is over. */
export function deadlineExceeded(): EtcdError {
  return new EtcdError(status.DEADLINE_EXCEEDED, 'context deadline exceeded');
}

/** A gRPC status as Go prints it: `DeadlineExceeded`. */
export function goCode(code: status): string {
  if (code === status.OK) return 'OK';
  if (code === status.CANCELLED) return 'Canceled';
  return status[code]
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join('');
}

import path from 'node:path';
import { projectRoot } from '../../src/tools/project-root.js';
import { fewerCollections } from '../processes/fewer-collections.js';
import type { LabProcess } from '../processes/lab-process.js';
import type { ProcessGroup } from '../processes/process-group.js';
import { waitUntilReady } from '../processes/ready-probe.js';
import { ApiClient, accessOf } from './api-client.js';

/** Files the API server reads, all PEM. */
export interface ApiServerFiles {
  /** Authority of all client certificates. */
  readonly clientAuthority: string;
  readonly certificate: string;
  readonly key: string;
  /** Signs and checks service-account tokens. */
  readonly serviceAccountKey: string;
  /** Kubeconfig of an administrator, directly to the API server. */
  readonly adminKubeconfig: string;
}

/** The settings of the API server. */
export interface ApiServerOptions {
  readonly processes: ProcessGroup;
  readonly binary: string;
  readonly directory: string;
  /** The loopback address it listens on, port 6443. */
  readonly address: string;
  /** Client URLs of all etcd members. */
  readonly etcd: readonly string[];
  readonly auditLog: string;
  readonly files: ApiServerFiles;
}

export const API_PORT = 6443;
export const SERVICE_NETWORK = '10.96.0.0/16';
const READY_MS = 60_000;
const LOOK_EVERY_MS = 50;

/**
 * Tasks that it completes a second or more after it serves. Controllers need the roles and pods the priorities; an administrator and
 * kubelets, which are no subjects of RBAC, need neither.
 */
const LATE_HOOKS = ['rbac/bootstrap-roles', 'scheduling/bootstrap-system-priority-classes'];

/** Starts the one real kube-apiserver of the lab and waits until it serves administrators and kubelets. */
export async function startApiServer(options: ApiServerOptions): Promise<LabProcess> {
  const admin = new ApiClient(accessOf(options.files.adminKubeconfig));
  const but = LATE_HOOKS.map((hook) => `exclude=poststarthook/${hook}`).join('&');
  try {
    return await options.processes.start({
      name: 'kube-apiserver',
      command: options.binary,
      args: apiServerArguments(options),
      env: fewerCollections,
      logFile: path.join(options.directory, 'logs', 'kube-apiserver.log'),
      ready: { probe: () => readyz(admin, `?${but}`), timeoutMs: READY_MS, everyMs: LOOK_EVERY_MS },
      graceMs: 0,
    });
  } finally {
    admin.close();
  }
}

/** Waits until the API server reports complete readiness. @throws Error with its message */
export async function apiServerReady(admin: ApiClient): Promise<void> {
  const wait = { probe: () => readyz(admin), timeoutMs: READY_MS, everyMs: LOOK_EVERY_MS };
  const reason = await waitUntilReady(wait);
  if (reason !== undefined)
    throw new Error(`kube-apiserver was not ready after ${READY_MS / 1000} s: ${reason}`);
}

/** Undefined when the API server is ready; else its message. */
async function readyz(client: ApiClient, query = ''): Promise<string | undefined> {
  try {
    await client.text(`/readyz${query}`, 2_000);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function apiServerArguments(options: ApiServerOptions): string[] {
  const { files } = options;
  return [
    `--etcd-servers=${options.etcd.join(',')}`,
    `--bind-address=${options.address}`,
    `--advertise-address=${options.address}`,
    `--secure-port=${API_PORT}`,
    `--tls-cert-file=${files.certificate}`,
    `--tls-private-key-file=${files.key}`,
    `--client-ca-file=${files.clientAuthority}`,
    '--anonymous-auth=false',
    '--authorization-mode=Node,RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${files.serviceAccountKey}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    `--service-cluster-ip-range=${SERVICE_NETWORK}`,
    '--endpoint-reconciler-type=none',
    // No client here exceeds its capacity, and without limits it starts a fifth faster.
    '--enable-priority-and-fairness=false',
    `--audit-policy-file=${path.join(projectRoot, 'lab/kubernetes/audit-policy.yaml')}`,
    `--audit-log-path=${options.auditLog}`,
    '--audit-log-format=json',
    '--profiling=false',
    '--v=1',
  ];
}

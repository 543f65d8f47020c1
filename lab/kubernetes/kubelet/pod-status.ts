import { randomBytes } from 'node:crypto';
import type { V1ContainerStatus, V1Pod, V1PodCondition, V1PodStatus } from '@kubernetes/client-node';
import { kubernetesTime, type Stamped } from './kubernetes-time.js';
import type { AdmissionRefusal } from './node-object.js';
import type { ProgramEnd } from './programs.js';

/** A Pod as the API sends it. */
export type WirePod = Stamped<V1Pod>;

/** The stage of a pod on its machine. */
export type PodStage = 'creating' | 'running' | 'ready' | 'stopped';

/** One run of one container. */
export interface ContainerRun {
  /** `containerd://…` */
  readonly id: string;
  readonly startedAt: string;
  readonly restarts: number;
  /** The previous run, which ended with the machine. */
  readonly before?: { readonly id: string; readonly startedAt: string; readonly finishedAt: string };
}

/** What the kubelet knows of a pod and the API does not. */
export interface PodRun {
  readonly stage: PodStage;
  /** By container name. */
  readonly containers: ReadonlyMap<string, ContainerRun>;
  /** The machine's true address. */
  readonly hostIp: string;
  readonly podIp: string;
  /** What its containers wait for, where that is no ordinary start. */
  readonly waiting?: { readonly reason: string; readonly message: string };
}

/** First in a list of a strategic merge patch: the list replaces the old one instead of being merged into it. */
const replaceList = { $patch: 'replace', ip: '' };

/** New runs of all containers of a pod. Earlier runs count as restarts if the machine remembers them: it was rebooted, not replaced. */
export function runContainers(pod: WirePod, now: Date, remembers = true): Map<string, ContainerRun> {
  const started = kubernetesTime(now);
  const runs = new Map<string, ContainerRun>();
  for (const { name } of pod.spec?.containers ?? []) {
    const last = remembers
      ? pod.status?.containerStatuses?.find((status) => status.name === name)
      : undefined;
    const ran = last?.containerID;
    runs.set(name, {
      id: `containerd://${randomBytes(32).toString('hex')}`,
      startedAt: started,
      restarts: (last?.restartCount ?? 0) + (ran ? 1 : 0),
      ...(ran
        ? { before: { id: ran, startedAt: last?.state?.running?.startedAt ?? started, finishedAt: started } }
        : {}),
    });
  }
  return runs;
}

/** The status that a kubelet patches for a pod at its stage. */
export function podStatus(pod: WirePod, run: PodRun, now: Date): Stamped<V1PodStatus> {
  const ready = run.stage === 'ready';
  const runs = run.stage === 'running' || ready;
  const names = (pod.spec?.containers ?? []).map((container) => container.name);
  const wanting = ready
    ? {}
    : { reason: 'ContainersNotReady', message: `containers with unready status: [${names.join(' ')}]` };
  const condition = (type: string, value: boolean, why: object = {}): Stamped<V1PodCondition> => ({
    type,
    status: value ? 'True' : 'False',
    lastTransitionTime: transition(pod, type, value, now),
    ...(value ? { reason: null, message: null } : why),
  });
  // The list is merged by address; a pod with a new one must lose the old one.
  const ips = run.podIp === '' ? {} : { podIP: run.podIp, podIPs: [replaceList, { ip: run.podIp }] };
  return {
    observedGeneration: pod.metadata?.generation ?? 1,
    phase: run.stage !== 'creating' || pod.status?.phase === 'Running' ? 'Running' : 'Pending',
    hostIP: run.hostIp,
    hostIPs: [{ ip: run.hostIp }],
    ...(runs ? ips : {}),
    startTime: pod.status?.startTime ?? kubernetesTime(now),
    conditions: [
      condition('PodReadyToStartContainers', runs),
      condition('Initialized', true),
      condition('Ready', ready, wanting),
      condition('ContainersReady', ready, wanting),
    ],
    containerStatuses: (pod.spec?.containers ?? []).map((container) =>
      containerStatus(container.name, container.image ?? '', run, pod),
    ),
  };
}

/** The status of a pod that the kubelet rejects. */
export function refusedStatus(
  pod: WirePod,
  run: PodRun,
  { reason, message }: AdmissionRefusal,
  now: Date,
): Stamped<V1PodStatus> {
  const status = podStatus(pod, { ...run, stage: 'stopped', containers: new Map() }, now);
  return { ...status, phase: 'Failed', reason, message: `Pod was rejected: ${message}` };
}

/** The status of a pod whose container exited on its own. */
export function endedStatus(pod: WirePod, run: PodRun, end: ProgramEnd, now: Date): Stamped<V1PodStatus> {
  const well = end.exitCode === 0;
  const usual = well ? 'Completed' : 'Error';
  return overStatus(pod, run, now, well ? 'Succeeded' : 'Failed', {
    exitCode: end.exitCode,
    reason: end.startError ? 'StartError' : usual,
    ...messageOf(pod, end),
    ...(end.startError ? { startedAt: '1970-01-01T00:00:00Z' } : {}),
  });
}

/** The status of a pod that exceeded its active deadline. A container that had not started by then has no status. */
export function overdueStatus(pod: WirePod, run: PodRun, now: Date): Stamped<V1PodStatus> {
  const gone = 'The container could not be located when the pod was terminated';
  const ended =
    run.containers.size > 0
      ? { exitCode: 137, reason: 'Error' }
      : { exitCode: 137, reason: 'ContainerStatusUnknown', message: gone, startedAt: null };
  return {
    ...overStatus(pod, run, now, 'Failed', ended),
    reason: 'DeadlineExceeded',
    message: 'Pod was active on the node longer than the specified deadline',
  };
}

/** The kubelet uses the end of the logs of a failed container, where its pod requests that. */
function messageOf(pod: WirePod, { exitCode, output, startError }: ProgramEnd): { message?: string } {
  const policy = pod.spec?.containers[0]?.terminationMessagePolicy;
  if (startError) return { message: output };
  return exitCode !== 0 && policy === 'FallbackToLogsOnError' && output !== '' ? { message: output } : {};
}

function overStatus(
  pod: WirePod,
  run: PodRun,
  now: Date,
  phase: 'Succeeded' | 'Failed',
  terminated: object,
): Stamped<V1PodStatus> {
  const status = podStatus(pod, { ...run, stage: 'stopped' }, now);
  const times = (id: string | undefined, startedAt: string | undefined) => ({
    ...(id === undefined ? {} : { containerID: id, startedAt }),
    finishedAt: kubernetesTime(now),
  });
  return {
    ...status,
    phase,
    containerStatuses: (status.containerStatuses ?? []).map((container) => {
      const own = run.containers.get(container.name);
      const state = { terminated: { ...times(own?.id, own?.startedAt), ...terminated } };
      return { ...container, ready: false, started: false, state } as typeof container;
    }),
  };
}

/** True when the API shows the pod's present status. */
export function showsRun(pod: WirePod, run: PodRun): boolean {
  const ready = pod.status?.conditions?.find((condition) => condition.type === 'Ready')?.status === 'True';
  if (ready !== (run.stage === 'ready')) return false;
  return (pod.status?.containerStatuses ?? []).every(
    (status) => !status.containerID || status.containerID === run.containers.get(status.name)?.id,
  );
}

function containerStatus(name: string, image: string, run: PodRun, pod: WirePod): Stamped<V1ContainerStatus> {
  const own = run.containers.get(name);
  const last = pod.status?.containerStatuses?.find((status) => status.name === name);
  const digest = `${image.split(':')[0] ?? image}@sha256:${Buffer.from(image).toString('hex').padEnd(64, '0').slice(0, 64)}`;
  if (run.stage === 'creating' || !own) {
    return {
      name,
      image,
      imageID: '',
      ready: false,
      started: false,
      restartCount: last?.restartCount ?? 0,
      state: { waiting: run.waiting ?? { reason: 'ContainerCreating' } },
      lastState: {},
    };
  }
  const end = own.before;
  return {
    name,
    image,
    imageID: digest,
    containerID: own.id,
    ready: run.stage === 'ready',
    started: run.stage !== 'stopped',
    restartCount: own.restarts,
    state:
      run.stage === 'stopped'
        ? { terminated: { exitCode: 0, reason: 'Completed', containerID: own.id, startedAt: own.startedAt } }
        : { running: { startedAt: own.startedAt } },
    lastState: end
      ? {
          terminated: {
            exitCode: 255,
            reason: 'Unknown',
            containerID: end.id,
            startedAt: end.startedAt,
            finishedAt: end.finishedAt,
          },
        }
      : {},
  };
}

function transition(pod: WirePod, type: string, value: boolean, now: Date): string {
  const last = pod.status?.conditions?.find((each) => each.type === type);
  const same = last?.status === (value ? 'True' : 'False') ? last.lastTransitionTime : undefined;
  return same ?? kubernetesTime(now);
}

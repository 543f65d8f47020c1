import { gateways } from '../../machines/networks.js';
import { devicesOffered, type NodeFacts } from './node-object.js';
import type { WirePod } from './pod-status.js';

/** How a container exits on its own. */
export interface ProgramEnd {
  /** At the lab's speed 1. */
  readonly seconds: number;
  readonly exitCode: number;
  /** Its output; the kubelet shows the end. */
  readonly output: string;
  /** It could not be started. */
  readonly startError?: true;
}

interface Started {
  readonly args: readonly string[];
  readonly pod: WirePod;
  readonly facts: NodeFacts;
}

type Program = (started: Started) => ProgramEnd;

/** The programs that the lab's containers can run. Their results depend on the machine. */
const programs: Readonly<Record<string, Program>> = {
  'nvidia-smi': nvidiaSmi,
  ping,
  true: () => ({ seconds: 0.1, exitCode: 0, output: '' }),
  false: () => ({ seconds: 0.1, exitCode: 1, output: '' }),
  sleep: ({ args: [seconds] }) => ({ seconds: Number(seconds ?? 0), exitCode: 0, output: '' }),
};

/**
 * How the container of a pod that runs once ends on a machine; undefined for any other pod, which runs until it is stopped. A program that
 * the lab does not know cannot be started; nor does the lab know an image's default command.
 */
export function programEnd(pod: WirePod, facts: NodeFacts): ProgramEnd | undefined {
  if (pod.spec?.restartPolicy !== 'Never') return undefined;
  const { command = [], args = [] } = pod.spec.containers[0] ?? {};
  const [word = '', ...rest] = [...command, ...args];
  const program = programs[word.split('/').at(-1) ?? ''];
  return program ? program({ args: rest, pod, facts }) : notFound(word);
}

function notFound(word: string): ProgramEnd {
  const output = `failed to create containerd task: failed to create shim task: OCI runtime create failed: exec: "${word}": executable file not found in $PATH`;
  return { seconds: 0, exitCode: 128, output, startError: true };
}

/** The container toolkit adds it to a container with a GPU; it needs the driver from an extension. */
function nvidiaSmi({ pod, facts }: Started): ProgramEnd {
  const isGiven = Number(pod.spec?.containers[0]?.resources?.limits?.['nvidia.com/gpu'] ?? 0) > 0;
  if (!isGiven) return notFound('nvidia-smi');
  const seconds = 1;
  if (facts.gpu?.resource === 'nvidia.com/gpu' && devicesOffered(facts) > 0)
    return { seconds, exitCode: 0, output: '| NVIDIA-SMI 580.95.05   Driver Version: 580.95.05 |' };
  const output =
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. " +
    'Make sure that the latest NVIDIA driver is installed and running.';
  return { seconds, exitCode: 9, output };
}

/** `ping [-c COUNT] [-I eth1] ADDRESS`: only the gateway of that interface's VLAN responds. */
function ping({ args, pod, facts }: Started): ProgramEnd {
  const target = args.at(-1) ?? '';
  const count = Number(valueOf(args, '-c') ?? 4);
  const card = valueOf(args, '-I') ?? 'eth0';
  const seconds = Math.max(0.2, count - 1);
  if (!pod.spec?.hostNetwork) return { seconds, exitCode: 1, output: lost(target, count, 0) };
  const added = pod.spec.containers[0]?.securityContext?.capabilities?.add ?? [];
  if (!added.includes('NET_RAW'))
    return { seconds: 0, exitCode: 1, output: 'ping: permission denied (are you root?)' };
  const vlan = facts.cards?.[Number(/^eth(\d+)$/.exec(card)?.[1] ?? Number.NaN)];
  if (vlan === undefined)
    return { seconds: 0, exitCode: 1, output: `ping: can't bind to interface ${card}: No such device` };
  const answers = gateways[String(vlan)] === target;
  return { seconds, exitCode: answers ? 0 : 1, output: lost(target, count, answers ? count : 0) };
}

function lost(target: string, count: number, received: number): string {
  const share = received === count ? 0 : 100;
  return `--- ${target} ping statistics --- ${count} packets transmitted, ${received} packets received, ${share}% packet loss`;
}

function valueOf(args: readonly string[], flag: string): string | undefined {
  const at = args.indexOf(flag);
  return at === -1 ? undefined : args[at + 1];
}

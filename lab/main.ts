import { Command } from 'commander';
import { clusterNames, defaultCluster } from './clusters/clusters.js';
import type { LimitsName } from './clusters/lab-limits.js';
import type { HypervisorDescription, LabDescription, TemporalDescription } from './lab-description.js';
import { startLab, type Lab } from './lab.js';

interface Flags {
  readonly dir?: string;
  readonly cluster?: string;
  readonly versions?: string;
  readonly speed?: string;
  readonly limits?: LimitsName;
  readonly decision?: string;
  readonly seed?: string;
  readonly fault: readonly string[];
  readonly temporal?: boolean;
  readonly keepTemporal?: boolean;
  readonly talos?: string;
  readonly target?: string;
  readonly nodeMonitorGrace?: string;
  readonly apply: readonly string[];
  readonly hypervisor?: boolean;
  readonly tofu?: boolean;
  readonly json?: boolean;
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

const program = new Command('lab')
  .description('A simulated Talos cluster on real etcd, Kubernetes and Temporal. Ctrl-C stops it.')
  .option('--dir <folder>', 'where it keeps everything; emptied first (default: .slipway/lab/<cluster>)')
  .option('--cluster <name>', `${clusterNames.join(', ')} (default: ${defaultCluster})`)
  .option(
    '--versions <map>',
    'other versions than the cluster has, in its inventory too: talos=1.13.8,kubernetes=1.35.0',
  )
  .option('--speed <number>', 'how fast the machines are: 1 as in the demo, 4 four times as fast')
  .option(
    '--limits <length>',
    "how long Slipway's waits may take: generous, so that none ends in vain by the machine's load (default), or short",
  )
  .option(
    '--decision <duration>',
    'how long a run that halts waits for a person (default: 24h); 0s: it ends at once',
  )
  .option('--seed <number>', 'the same seed and faults give the same story')
  .option('--fault <name[@node]>', 'arms a fault; may be given more than once', collect, [])
  .option('--temporal', 'starts a Temporal too, with its Web UI')
  .option('--keep-temporal', 'the same, on the database of the last lab in this folder')
  .option('--talos <version>', 'what the machines begin with')
  .option('--target <version>', 'what slipway.yaml declares')
  .option(
    '--node-monitor-grace <seconds>',
    'silence after which Kubernetes calls a Node not Ready (default: 50)',
  )
  .option(
    '--apply <file>',
    'applies a further manifest, e.g. of lab/kubernetes/extra; may be given more than once',
    collect,
    [],
  )
  .option(
    '--hypervisor',
    'the machines are VMs, made by a Terraform configuration in git: they can be replaced',
  )
  .option('--tofu', 'with --hypervisor: OpenTofu in the place of Terraform')
  .option('--json', 'prints lab.json in one line when it is ready, and nothing else')
  .addHelpText(
    'after',
    '\nExamples:\n  npm run lab -- --temporal --fault install-fails@k8s-work-1\n' +
      '  npm run lab -- --cluster atlas --versions talos=1.13.8\n' +
      '  npm run lab -- --temporal --hypervisor',
  );

await main(program.parse().opts<Flags>());

async function main(flags: Flags): Promise<void> {
  const say = flags.json
    ? (): void => undefined
    : (line: string): void => void process.stdout.write(`${line}\n`);
  let lab: Lab | undefined;
  let asked = false;
  const end = (): void => {
    // On the second signal, or before a graceful stop is possible: the kernel kills the children.
    if (asked || !lab) process.exit(130);
    asked = true;
    say('stopping; again to stop at once');
    void lab.stop();
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  try {
    lab = await startLab({ ...optionsOf(flags), onProgress: say });
  } catch (error) {
    process.stderr.write(
      `The lab did not start. ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exit(1);
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(lab.description)}\n`);
  else say(handOff(lab.description));
  await lab.stopped;
  say('stopped');
  process.exit(0);
}

function optionsOf(flags: Flags): Parameters<typeof startLab>[0] {
  const number = (text: string | undefined): number | undefined =>
    text === undefined ? undefined : Number(text);
  const given = {
    directory: flags.dir,
    cluster: flags.cluster,
    versions: flags.versions,
    speed: number(flags.speed),
    limits: flags.limits,
    decision: flags.decision,
    seed: number(flags.seed),
    faults: flags.fault,
    temporal: flags.temporal,
    keepTemporal: flags.keepTemporal,
    talos: flags.talos,
    target: flags.target,
    nodeMonitorGraceSeconds: number(flags.nodeMonitorGrace),
    apply: flags.apply,
    hypervisor: flags.hypervisor,
    tofu: flags.tofu,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** The lab's addresses, files and commands. */
function handOff(lab: LabDescription): string {
  const worker = lab.machines.find(({ role }) => role === 'worker') ?? lab.machines[0];
  const endpoint = lab.machines[0]?.loopback;
  return [
    '',
    `${lab.cluster} runs in ${lab.directory}`,
    ...(lab.temporal ? [`  Web UI           ${lab.temporal.ui}`] : []),
    `  Kubernetes       kubectl --kubeconfig ${lab.kubeconfig.admin} get nodes -o wide`,
    `  Talos            talosctl --talosconfig ${lab.talosconfig.reader} -e ${endpoint} -n ${worker?.address} version`,
    `  Slipway          export SLIPWAY_DIAL=${lab.dialMap}`,
    ...(lab.temporal ? temporalSettings(lab.temporal) : []),
    `                   npx slipway plan --file ${lab.inventory}`,
    ...(lab.temporal ? ['  a worker         node dist/programs/worker.js   (with the same exports)'] : []),
    ...(lab.hypervisor ? terraformAtTheTerminal(lab.hypervisor) : []),
    `  arm a fault      curl -X POST ${lab.control}/faults -d '{"name":"never-ready","node":"${worker?.name}"}'`,
    `  its state        curl ${lab.control}/state`,
    '',
    'Ctrl-C stops it.',
  ].join('\n');
}

/** The commands of the machines' owner. */
function terraformAtTheTerminal({ url, tokens, terraform }: HypervisorDescription): string[] {
  return [
    `  Terraform        cd ${terraform.configuration}`,
    `                   export PROXMOX_VE_ENDPOINT=${url} PROXMOX_VE_API_TOKEN=$(cat ${tokens.owner}) TF_DATA_DIR=${terraform.data}`,
    `                   ${terraform.program} plan`,
  ];
}

/** The environment that worker and command line need to find the lab's own Temporal. */
function temporalSettings({ address, ui, namespace }: TemporalDescription): string[] {
  const settings = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, SLIPWAY_WEB_UI: ui };
  return Object.entries(settings).map(([name, value]) => `                   export ${name}=${value}`);
}

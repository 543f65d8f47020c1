import type { Inventory } from '../../inventory/schema.js';
import { advise } from '../../planning/reasons/advise.js';
import { describe } from '../../planning/reasons/describe.js';
import type { Reason } from '../../planning/reasons/reason.js';
import { terraformValues } from '../../planning/plan/replacement-plan.js';
import { expandAddress } from '../../planning/terraform/address-template.js';
import { instancesOfNodes, managedInstances } from '../../planning/terraform/state-instances.js';
import { stateRefusals } from '../../planning/terraform/state-refusals.js';
import type { TerraformState } from '../../planning/terraform/terraform-json.js';
import { count } from '../../planning/text/phrases.js';
import { commitOf } from '../../tools/git-commit.js';
import { StepFolder } from '../../tools/step-folder.js';
import { openTerraform } from '../../tools/terraform/open-terraform.js';
import { bucketOf } from '../../tools/terraform/s3-bucket.js';
import type { StateBackend } from '../../tools/terraform/state-backend.js';
import type { PulledState, Terraform } from '../../tools/terraform/terraform.js';
import { toolPath } from '../../tools/tool-path.js';
import { sentence } from '../../planning/text/sentence.js';
import { snapshotFolder } from '../commands/snapshot-list.js';
import { bucketAnswers } from './bucket-answers.js';
import { NotAsked, needed, type Answer, type Check } from './check.js';
import type { Looks } from './looks.js';
import { once } from './once.js';

/** Providers are fetched at the first `init`. */
const initMs = 120_000;
const limitMs = 240_000;
/** A check does not wait for the state lock. */
const lockMs = 0;

type Section = NonNullable<Inventory['terraform']>;

/** Checks of the Terraform configuration that creates the machines, up to taking and releasing the state lock. Nothing is changed. */
export function terraformChecks(observed: Looks): Check[] {
  const section = observed.inventory.terraform;
  if (!section) return [];
  const { tool, version } = section;
  const program = once(() => toolPath(tool, version));
  const opened = once(async () => {
    await needed(program(), `${tool} ${version} is not here`);
    return open(observed, section);
  });
  const ready = once(async () => {
    const terraform = await needed(opened(), 'its configuration cannot be had');
    return { terraform, backend: await terraform.init({ timeoutMs: initMs }) };
  });
  const state = once(async () => {
    const { terraform } = await needed(ready(), `${tool} did not get ready`);
    const pulled = await terraform.pull({ timeoutMs: limitMs });
    return { terraform, pulled, state: await terraform.state({ timeoutMs: limitMs }) };
  });
  const row = (what: string, ask: () => Promise<Answer>): Check => ({
    group: 'terraform',
    what,
    limitMs,
    ask,
  });
  return [
    row(tool, async () => ({ verdict: 'ok', says: `${version}, ${await program()}.` })),
    row('configuration', async () => {
      await opened();
      const { repository = 'the repository of slipway.yaml', folder } = section.source;
      const commit = (await commitOf(observed.declared.file)) ?? '';
      return { verdict: 'ok', says: `${folder} of ${repository}, at commit ${commit.slice(0, 12)}.` };
    }),
    row('init', async () => {
      const { backend } = await ready();
      return { verdict: 'ok', says: `${tool} got ready, with the backend ${backend.type}.` };
    }),
    row('backend', async () => {
      const { backend } = await needed(ready(), `${tool} did not get ready`);
      return backendAnswer(backend);
    }),
    {
      group: 'terraform',
      what: 'bucket',
      limitMs,
      ask: async (signal) => {
        const { backend, terraform } = await needed(ready(), `${tool} did not get ready`);
        if (backend.type !== 's3') return [];
        const bucket = bucketOf(backend.config, terraform.env);
        if (bucket) return bucketAnswers(bucket, signal);
        throw new NotAsked(
          'its credentials are no keys in terraform.env: look at versions, encryption and privacy by hand',
        );
      },
    },
    row('state', async () => {
      const known = await state();
      return stateAnswer({ ...known, section, program: known.terraform.program.version });
    }),
    row('addresses', async () =>
      addressesAnswer((await needed(state(), 'the state cannot be read')).state, observed.inventory),
    ),
    row('lock', async () => {
      const { terraform } = await needed(state(), 'the state cannot be read');
      return lockAnswer(terraform, observed.inventory);
    }),
  ];
}

/** Opens Terraform as a step of a run does. Its folder is removed when the checks end, or when this process ends. */
async function open(observed: Looks, section: Section): Promise<Terraform> {
  const { inventory, declared } = observed;
  const step = await StepFolder.open();
  observed.atEnd(() => step.close());
  return openTerraform(section, {
    cluster: inventory.cluster,
    base: declared.base,
    commit: await commitOf(declared.file),
    step,
    snapshot: { directory: snapshotFolder(declared), recipient: inventory.snapshot.recipient },
    visible: inventory.nodes.flatMap(({ name, address, host }) => [name, address, ...(host ? [host] : [])]),
    lockMs,
  });
}

/** Reports what cannot be checked of a backend without its own tools. */
export function backendAnswer({ type, config }: StateBackend): Answer {
  if (type === 'local')
    return {
      verdict: 'warn',
      says: `The state is a file of this machine, ${String(config['path'])}: a worker elsewhere would not find it.`,
      type: ['see docs/terraform.md, "Move a local state to a remote one"'],
    };
  if (type !== 's3') return { verdict: 'ok', says: `The state is kept by ${type}, with a lock.` };
  const table = config['dynamodb_table'];
  const by = [
    ...(config['use_lockfile'] ? ['a lock file'] : []),
    ...(typeof table === 'string' && table !== '' ? [`the table ${table}`] : []),
  ].join(' and ');
  const where = `The state is kept in the bucket ${String(config['bucket'])}, locked by ${by}`;
  if (config['encrypt'] === true) return { verdict: 'ok', says: `${where}, and encrypted there.` };
  return {
    verdict: 'warn',
    says: `${where}. Its backend does not say encrypt = true, and a state holds secrets in clear.`,
    type: [
      'terraform init -reconfigure  # after encrypt = true was set, unless the bucket encrypts automatically',
    ],
  };
}

interface KnownState {
  readonly pulled: PulledState | undefined;
  readonly state: TerraformState;
  readonly section: Section;
  readonly program: string;
}

export function stateAnswer({ pulled, state, section, program }: KnownState): Answer {
  if (!pulled)
    return {
      verdict: 'fail',
      says: 'The backend holds no state: Terraform would make every machine a second time.',
      type: [`${section.tool} workspace list  # a wrong backend, key or workspace shows an empty state`],
    };
  const { header } = pulled;
  const [refusal] = stateRefusals(header, state, { pin: section.version, program });
  if (refusal) return failed(refusal);
  const made = count(managedInstances(state).length, 'resource');
  return {
    verdict: 'ok',
    says: `Serial ${header.serial} of lineage ${header.lineage}, ${made}, written by version ${state.terraform_version ?? 'unknown'}.`,
  };
}

/** Whether each node has exactly one machine in the state. Machines that slipway.yaml does not name are ignored. */
export function addressesAnswer(state: TerraformState, { nodes, roles }: Inventory): Answer {
  const named = nodes.flatMap(({ name, role, host, vm }) => {
    const template = roles[role]?.terraform;
    if (template === undefined) return [];
    return [{ name, expanded: expandAddress(template, { node: name, host, role, vm }) }];
  });
  for (const { expanded } of named) if (!expanded.ok) return failed(expanded.reason);
  const addresses = named.flatMap(({ name, expanded }) =>
    expanded.ok ? [{ node: name, address: expanded.address, answers: false }] : [],
  );
  const [refusal, ...more] = instancesOfNodes(state, addresses).refusals;
  if (refusal) return failed(refusal, more.length);
  return {
    verdict: 'ok',
    says: `${count(addresses.length, 'node')} of ${nodes.length} ${addresses.length === 1 ? 'has' : 'have'} an address, and something is there for each.`,
  };
}

/** Takes the lock as a plan does, without refreshing any machine, and releases it. */
async function lockAnswer(terraform: Terraform, inventory: Inventory): Promise<Answer> {
  await terraform.tryLock(terraformValues(inventory, inventory.versions), { timeoutMs: limitMs });
  return { verdict: 'ok', says: 'It is free: a plan took it, and released it.' };
}

function failed(reason: Reason, others = 0): Answer {
  const rest = others === 0 ? '' : `; and ${others} more like it`;
  return {
    verdict: 'fail',
    says: sentence(`${describe(reason)}${rest}`),
    type: advise(reason, { cluster: '' }),
  };
}

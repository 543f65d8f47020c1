import { listed } from '../../planning/text/phrases.js';
import { stillDeclared } from '../../planning/merge/revert.js';
import { runRollbackOf } from '../nodes-to-roll-back.js';
import { declaredCluster } from '../declared-cluster.js';
import { UserMistake, type ExitCode } from '../mistakes.js';
import { chooseRun, parseRun, unknownRun, type ChosenRun } from '../run-argument.js';
import { connectTemporal } from '../temporal/connect-temporal.js';
import { readRun } from '../../runs/temporal/read-run.js';
import { upgradeRequest } from '../upgrade-request.js';
import { requireWhy } from './pause.js';
import { startRun, type UpgradeOptions } from './upgrade.js';

export interface RollbackRunOptions extends Pick<UpgradeOptions, 'file' | 'taskQueue' | 'watch' | 'json'> {
  readonly why: string;
  /** Only these of its nodes. */
  readonly only?: readonly string[];
}

/** Starts a run that rolls back the nodes of an earlier run, the last node first. */
export async function rollbackRun(named: string, options: RollbackRunOptions): Promise<ExitCode> {
  requireWhy('rollback', options.why);
  const declared = await declaredCluster(options.file);
  const { cluster } = declared.inventory;
  const { cluster: ofRun = cluster } = parseRun(named);
  if (ofRun !== cluster)
    throw new UserMistake(
      `${options.file} is about ${cluster}, and run ${named} is one of ${ofRun}.`,
      'Name its slipway.yaml with -f FILE.',
    );
  const temporal = await connectTemporal();
  try {
    const chosen = await chooseRun(temporal, options.file, named);
    const view = await readRun(temporal, options.taskQueue, cluster, chosen.run);
    if (!view) throw unknownRun(chosen, chosen.run);
    if (!view.outcome)
      throw new UserMistake(
        `Run ${chosen.run} of ${cluster} is open; nothing was started.`,
        `Stop it first: slipway abort ${cluster}/${chosen.run} --why "…"`,
      );
    const nodes = runRollbackOf(view);
    const [first] = nodes;
    if (!first) throw nothingToTakeBack(chosen);
    const other = options.only?.find((name) => nodes.every((node) => node.name !== name));
    if (other !== undefined)
      throw new UserMistake(
        `Run ${chosen.run} of ${cluster} left ${other} on what it ran before, or was not about it.`,
        `What it brought to another version: ${listed(nodes.map(({ name }) => name))}.`,
      );
    const asked = { ...options, talos: first.version };
    const request = await upgradeRequest(declared, asked);
    const still = view.input && stillDeclared(view.input.request);
    const back = {
      run: chosen.run,
      why: options.why.trim(),
      nodes,
      target: view.target,
      ...(still ? { declared: still } : {}),
    };
    return await startRun(temporal, declared, { ...request, back }, { ...asked, wait: true });
  } finally {
    await temporal.close();
  }
}

function nothingToTakeBack({ cluster, run }: ChosenRun): UserMistake {
  return new UserMistake(
    `Run ${run} of ${cluster} left every node on what it ran before: there is nothing to roll back.`,
    `What it did: slipway report ${cluster}/${run}`,
  );
}

import { describe } from '../../planning/reasons/describe.js';
import type { Planned } from '../../planning/plan/plan.js';
import { planCommands } from '../../planning/plan/manual-commands.js';
import { planText } from '../../planning/plan/plan-text.js';
import { newSchematics } from '../../planning/versions/schematic-change.js';
import { planUpgrade } from '../../planning/plan/upgrade-plan.js';
import { openCluster } from '../../tools/cluster-access.js';
import { loadDialMap } from '../../tools/dial-map.js';
import { planSources } from '../../tools/plan-sources.js';
import { Refusal } from '../../tools/refusal.js';
import { wrapRows } from '../progress/wrap-text.js';
import { declaredCluster, type DeclaredCluster } from '../declared-cluster.js';
import { exitCodes, type ExitCode } from '../mistakes.js';
import { sayReasons } from '../say-reasons.js';
import { addressesIn } from '../../planning/node/node-address.js';
import { sentence } from '../../planning/text/sentence.js';
import { print, printJson, screen } from '../terminal.js';
import { upgradeRequest, type AskedFor } from '../upgrade-request.js';

export interface PlanOptions extends AskedFor {
  readonly file: string;
  readonly commands?: boolean;
  readonly json?: boolean;
}

/** Observes the cluster with the reader's credentials in this process, and prints what an upgrade would do. */
export async function plan(options: PlanOptions): Promise<ExitCode> {
  const declared = await declaredCluster(options.file);
  const planned = await makePlan(declared, options);
  if (options.json) printJson(planned);
  else printPlanned(planned, declared, options);
  return planned.verdict === 'refused' ? exitCodes.refused : exitCodes.ok;
}

async function makePlan(declared: DeclaredCluster, options: PlanOptions): Promise<Planned> {
  const { inventory, base } = declared;
  const request = await upgradeRequest(declared, options);
  try {
    const access = await openCluster(inventory, { base, dialMap: loadDialMap() });
    try {
      const asked = { request, only: options.only ?? [], admin: false, newSchematics };
      return planUpgrade(await planSources(access, asked));
    } finally {
      await access.close();
    }
  } catch (error) {
    // A missing credential or tool refuses the plan, as a rule does.
    if (error instanceof Refusal) return { verdict: 'refused', reasons: [error.reason] };
    throw error;
  }
}

function printPlanned(planned: Planned, { inventory }: DeclaredCluster, options: PlanOptions): void {
  if (planned.verdict === 'refused') {
    const { cluster, nodes } = inventory;
    sayReasons(planned.reasons, { cluster, held: false, address: addressesIn(nodes) });
  } else if (planned.verdict === 'nothing-to-do') {
    print(sentence(describe(planned.reason)));
  } else if (options.commands) {
    print(planCommands(planned.plan, inventory).trimEnd());
  } else {
    const text = planText(planned.plan).trimEnd();
    const { read, width } = screen();
    print(read ? wrapRows(text, width) : text);
    print(`\nTo carry it out, type: slipway upgrade${typedAgain(options)}`);
  }
}

function typedAgain({ talos, only, file }: PlanOptions): string {
  const parts = [
    ...(talos ? ['--talos', talos] : []),
    ...(only && only.length > 0 ? ['--only', ...only] : []),
    ...(file === 'slipway.yaml' ? [] : ['-f', file]),
  ];
  return parts.map((part) => ` ${part}`).join('');
}

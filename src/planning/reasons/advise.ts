import { allReasons } from './all-reasons.js';
import type { AddressOf } from '../node/node-address.js';
import type { Reason } from './reason.js';
import type { AdviceCommands, Entry } from './entry.js';

/** The values that fill in commands. */
export interface AdviceContext {
  readonly cluster: string;
  readonly run?: number;
  /** The address of the node the reason names, or of any node by name. */
  readonly address?: string | AddressOf;
  /** False: there is no hold to release, since nothing was touched or the hold was released. */
  readonly held?: boolean;
  /** The hold was released. */
  readonly released?: boolean;
  /** The node was rolling back to the previous version. */
  readonly back?: true;
}

/** The commands for a reason, one a line, each followed by `  # ` and its purpose: the line can be pasted as it is. Never empty. */
export function advise(reason: Reason, context: AdviceContext): string[] {
  const entry = allReasons[reason.kind] as Entry<Reason> | undefined;
  const say = commandsFor(context);
  const lines = entry
    ? entry.advice(reason, say)
    : [say.status('a newer Slipway made this reason; look at the run')];
  const held = context.held !== false || reason.kind === 'held';
  const typed = lines
    .filter((line) => held || !line.startsWith('slipway release '))
    .filter((line) => !context.back || !goesForward.test(line))
    .map((line) => (context.released ? line.replace(afterRelease, '') : line));
  return [...new Set(typed.length > 0 ? typed : [say.status('what runs, and what ran last')])];
}

/** Condition in advice that no longer applies once the cluster is released. */
const afterRelease = ', after the release';

/** Talos' own rollback boots the other slot, whichever that is: on the previous version that slot holds the failed one. */
const goesForward = /^slipway upgrade\b|^talosctl .* rollback  # /;

function commandsFor(context: AdviceContext): AdviceCommands {
  const { cluster, run } = context;
  const thisRun = run === undefined ? cluster : `${cluster}/${run}`;
  const slipway = (what: string, why: string): string => `slipway ${what.trim()}  # ${why}`;
  return {
    cluster,
    plan: (why, options = '') => slipway(`plan ${options}`, why),
    upgrade: (why, options = '') => slipway(`upgrade ${options}`, why),
    status: (why) => slipway(`status ${cluster}`, why),
    watch: (why) => slipway(`watch ${cluster}`, why),
    abort: (why) => slipway(`abort ${thisRun} --why "…"`, why),
    decide: (verb, node, why) => slipway(`${verb} ${node} ${thisRun} --why "…"`, why),
    rollBackRun: (rolled, why, options) =>
      slipway(`rollback --run ${cluster}/${rolled} --why "…" ${options}`, why),
    release: (why) => slipway(`release ${cluster} --why "…"`, why),
    report: (why) => slipway(`report ${thisRun}`, why),
    inventoryCheck: (why) => slipway('inventory check', why),
    tools: (why) => slipway('tools', why),
    talosctl: (node, what, why) => {
      const address = addressOf(context, node);
      if (address === undefined)
        return `talosctl -n ADDRESS -e ADDRESS ${what}  # ADDRESS: that of ${node} in slipway.yaml; ${why}`;
      return `talosctl -n ${address} -e ${address} ${what}  # ${why}`;
    },
    terraform: (what, why) => `terraform ${what}  # ${why}`,
    kubectl: (what, why) => `kubectl ${what}  # ${why}`,
    uncordon: (node, why) =>
      `kubectl uncordon ${node} && kubectl annotate node ${node} slipway.dev/run- slipway.dev/cordoned-by-  # ${why}`,
    adviseOn: (reason) => advise(reason, context),
    adviseOnRollback: (reason) => advise(reason, { ...context, back: true }),
  };
}

/** Straight to the node: the query is about the node itself, and it may be all that responds. */
function addressOf({ address }: AdviceContext, node: string): string | undefined {
  return typeof address === 'function' ? address(node) : address;
}

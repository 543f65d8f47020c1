import { count, listed } from '../text/phrases.js';
import { type Entries, refuse } from './entry.js';

/** The inventory and the cluster disagree. */
export type InventoryReason =
  | {
      readonly kind: 'inventory-disagrees';
      readonly node: string;
      readonly what: 'missing-node' | 'role' | 'address' | 'schematic' | 'name' | 'unmanaged';
      readonly expected: string;
      readonly found: string;
    }
  /** The factory has no schematic of that id. */
  | { readonly kind: 'schematic-unknown'; readonly schematic: string; readonly factory: string }
  /** The wanted schematic leaves out system extensions the node runs, and slipway.yaml does not give them up. */
  | {
      readonly kind: 'extensions-would-go';
      readonly node: string;
      readonly schematic: string;
      readonly lost: readonly string[];
    }
  /** A version is installed and not booted; another install could overwrite the slot that runs. */
  | {
      readonly kind: 'armed-with-other';
      readonly node: string;
      readonly armed: string;
      /** False: the install was sent, or nearly was, and its end is not known. */
      readonly sure: boolean;
      readonly wanted: string;
    }
  | { readonly kind: 'left-over-mark'; readonly node: string; readonly run: string }
  | { readonly kind: 'two-voters'; readonly members: number }
  | { readonly kind: 'single-control-plane'; readonly node: string };

const disagreements: Readonly<Record<(InventoryReason & { kind: 'inventory-disagrees' })['what'], string>> = {
  'missing-node': 'a Node of that name in Kubernetes',
  role: 'the role',
  address: 'the address',
  schematic: 'the schematic',
  name: 'the name Talos knows the machine by',
  unmanaged: 'no such node',
};

export const inventoryReasons: Entries<InventoryReason> = {
  'inventory-disagrees': {
    failure: refuse('one of the two is wrong, and a person knows which'),
    sentence: ({ node, what, expected, found }) => {
      if (what === 'unmanaged') return `Kubernetes has a Node ${node}, and slipway.yaml does not name it`;
      if (what === 'missing-node')
        return `slipway.yaml names ${node}, and Kubernetes has no Node of that name`;
      return `slipway.yaml and the cluster disagree on ${node}: ${disagreements[what]} should be ${expected} and is ${found}`;
    },
    advice: ({ node, what }, say) => {
      const after = say.inventoryCheck('after slipway.yaml was corrected');
      if (what === 'schematic')
        return [say.talosctl(node, 'get extensions', 'the schematic it runs, and its extensions'), after];
      if (what === 'name') return [say.talosctl(node, 'get nodename', 'the name Talos knows it by'), after];
      return [
        say.kubectl(
          what === 'unmanaged' || what === 'missing-node' ? 'get nodes -o wide' : `get node ${node} -o wide`,
          'what Kubernetes says',
        ),
        after,
      ];
    },
  },
  'schematic-unknown': {
    failure: refuse('the factory may learn it; a person asks again'),
    sentence: ({ schematic, factory }) => `${factory} has no schematic ${schematic}`,
    advice: ({ factory }, say) => [
      say.inventoryCheck('after roles.*.schematic or nodes[].schematic was corrected'),
      `curl -fsS -X POST --data-binary @schematic.yaml https://${factory}/schematics  # makes one`,
    ],
  },
  'extensions-would-go': {
    failure: refuse('a person gives them up in slipway.yaml, or keeps them'),
    sentence: ({ node, schematic, lost }) =>
      `schematic ${schematic} would take ${listed(lost)} away from ${node}, and slipway.yaml does not give ${lost.length === 1 ? 'it' : 'them'} up`,
    advice: ({ node, lost }, say) => [
      say.talosctl(node, 'get extensions', 'what it runs now'),
      say.inventoryCheck(
        `after the schematic was corrected, or upgrade.mayLoseExtensions: [${lost.join(', ')}] was written`,
      ),
    ],
  },
  'armed-with-other': {
    failure: refuse('another install could overwrite the slot that runs'),
    sentence: ({ node, armed, sure, wanted }) =>
      `${node} ${sure ? 'has' : 'may have'} ${armed} installed and not booted; installing ${wanted} on top could overwrite the slot it runs from`,
    advice: ({ armed }, say) => [
      say.upgrade(`boots what is installed, one node after the other under all gates`, `--talos ${armed}`),
      say.plan('then go on from there', ''),
    ],
  },
  'left-over-mark': {
    failure: refuse('the next run takes it over'),
    sentence: ({ node, run }) => `${node} still carries the mark of ${run}, which is not open any more`,
    advice: ({ node }, say) => [
      say.kubectl(`describe node ${node}`, 'its annotations slipway.dev/…, and whether it is cordoned'),
      say.upgrade('the next run takes the node over'),
      say.uncordon(node, 'or uncordon it by hand, if it is well'),
    ],
  },
  'two-voters': {
    failure: refuse('either one is needed for the other'),
    sentence: ({ members }) =>
      `etcd has ${count(members, 'member')}: while one of them is upgraded the other cannot write, so neither is touched`,
    advice: (_, say) => [
      say.kubectl('get nodes -l node-role.kubernetes.io/control-plane', 'add a third control plane first'),
    ],
  },
  'single-control-plane': {
    failure: refuse('an outage is approved in slipway.yaml'),
    sentence: ({ node }) =>
      `${node} is the only control plane, the Kubernetes API is away while it reboots, and slipway.yaml does not accept that`,
    advice: (_, say) => [say.inventoryCheck('after controlPlane: { outageAccepted: true } was written')],
  },
};

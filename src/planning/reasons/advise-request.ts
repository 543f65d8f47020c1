import type { AccessReason, InventoryReason, RequestReason } from './reason.js';
import type { Advices } from './reason-table.js';

export const requestAdvice: Advices<RequestReason> = {
  'nothing-to-do': (_, say) => [
    say.status('what runs, and what ran last'),
    say.plan('look at another version', '--talos vX.Y.Z'),
  ],
  'unknown-cluster': (_, say) => [say.inventoryCheck('says which cluster the file names')],
  'unknown-node': (_, say) => [say.inventoryCheck('after the node was added to slipway.yaml')],
  'bad-version': (_, say) => [say.plan('with a version as the factory lists it', '--talos v1.12.6')],
  'version-unknown': ({ newest }, say) =>
    newest === undefined
      ? [say.plan('with a version the factory has', '--talos vX.Y.Z')]
      : [say.plan('the newest of that minor', `--talos ${newest}`)],
  downgrade: (_, say) => [say.plan('with a version that is not older than what runs', '--talos vX.Y.Z')],
  'minor-skipped': (_, say) => [say.plan('with a version the factory has the way to', '--talos vX.Y.Z')],
  'strategy-unavailable': ({ from }, say) => [
    say.plan(`stay on the minor of ${from}`, '--talos vX.Y.Z'),
    say.plan('its machines replaced, which a person approves', '--strategy replace'),
    say.plan('what a person would type, to go on by hand', '--commands'),
  ],
  'flow-unavailable': (_, say) => [say.tools('which talosctl is here; a newer Slipway brings a newer one')],
  'strategy-impossible': (_, say) => [
    say.upgrade('in place, as slipway.yaml has it', ''),
    say.upgrade('those that get another version, by replacement', '--strategy replace --only NODE…'),
  ],
  'approval-rejected': (_, say) => [
    say.report('who decided what'),
    say.upgrade('the way slipway.yaml has it', ''),
  ],
  'approval-expired': (_, say) => [
    say.plan('what it would do now', ''),
    say.upgrade('asks again, with the same options', ''),
  ],
  'talos-unsupported': (_, say) => [say.plan('with a Talos the matrix knows', '--talos vX.Y.Z')],
  'kubernetes-unsupported': ({ talos, lowest, highest }, say) => [
    say.kubectl('get nodes -o wide', 'which kubelet runs where'),
    say.plan(`again, once Kubernetes is between ${lowest} and ${highest}`, `--talos ${talos}`),
  ],
  'run-open': (_, say) => [
    say.watch('follow it'),
    say.abort('stop it; the node under way is undone or finished first'),
  ],
  held: (_, say) => [say.report('what happened'), say.release('once the cluster is well; touches no node')],
  frozen: ({ cluster }, say) => [
    `slipway unfreeze ${cluster} --why "…"  # runs may begin again; what waits for nothing else begins at once`,
    say.status('what is open, and what waits'),
  ],
  'taken-back': ({ cluster, run }, say) => [
    `slipway report ${cluster}/${run}  # why it did`,
    say.upgrade('brings what git declares all the same; once that has ended well, merges do again', ''),
  ],
  superseded: (_, say) => [say.watch('follow the run that takes its place')],
  'request-too-old': (_, say) => [say.plan('what it would do now; then ask again', '')],
  'schema-unknown': (_, say) => [
    say.tools('the version here; bring command line and worker to the same one'),
  ],
  'run-too-large': ({ hops }, say) => [
    say.upgrade('fewer nodes in each run', '--only NODE…'),
    ...(hops > 1 ? [say.plan('the nearer version first: each hop counts', '--talos vX.Y.Z')] : []),
  ],
};

export const inventoryAdvice: Advices<InventoryReason> = {
  'inventory-disagrees': ({ node, what }, say) => {
    const after = say.inventoryCheck('after slipway.yaml was corrected');
    if (what === 'schematic')
      return [say.talosctl(node, 'get extensions', 'the schematic it runs, and its extensions'), after];
    if (what === 'name') return [say.talosctl(node, 'get nodename', 'the name Talos knows it by'), after];
    return [
      say.kubectl(
        what === 'stranger' || what === 'missing-node' ? 'get nodes -o wide' : `get node ${node} -o wide`,
        'what Kubernetes says',
      ),
      after,
    ];
  },
  'schematic-unknown': ({ factory }, say) => [
    say.inventoryCheck('after roles.*.schematic or nodes[].schematic was corrected'),
    `curl -fsS -X POST --data-binary @schematic.yaml https://${factory}/schematics  # makes one`,
  ],
  'extensions-would-go': ({ node, lost }, say) => [
    say.talosctl(node, 'get extensions', 'what it runs now'),
    say.inventoryCheck(
      `after the schematic was corrected, or upgrade.mayLoseExtensions: [${lost.join(', ')}] was written`,
    ),
  ],
  'armed-with-other': ({ armed }, say) => [
    say.upgrade(`boots what is installed, one node after the other under all gates`, `--talos ${armed}`),
    say.plan('then go on from there', ''),
  ],
  'left-over-mark': ({ node }, say) => [
    say.kubectl(`describe node ${node}`, 'its annotations slipway.dev/…, and whether it is cordoned'),
    say.upgrade('the next run takes the node over'),
    say.giveBack(node, 'or uncordon it by hand, if it is well'),
  ],
  'two-voters': (_, say) => [
    say.kubectl('get nodes -l node-role.kubernetes.io/control-plane', 'add a third control plane first'),
  ],
  'single-control-plane': (_, say) => [
    say.inventoryCheck('after controlPlane: { outageAccepted: true } was written'),
  ],
};

export const accessAdvice: Advices<AccessReason> = {
  'credential-unreadable': (_, say) => [say.inventoryCheck('after the reference or the file was corrected')],
  'certificate-expires': ({ which }, say) => [
    which.startsWith('talosconfig')
      ? 'talosctl config new --roles os:reader,os:etcd:backup FILE  # a new one (os:admin for the admin one)'
      : say.plan('after a new kubeconfig was put in its place', ''),
    say.plan('again, with the new certificate', ''),
  ],
  'credential-rejected': (_, say) => [
    say.inventoryCheck('after the credential was replaced; its CA must be that of this cluster'),
  ],
  'talos-unreachable': ({ node }, say) => [
    say.talosctl(node, 'version', 'whether it answers from here'),
    say.kubectl(`get node ${node} -o wide`, 'whether its kubelet is heard of, and its address'),
  ],
  'kubernetes-unreachable': (_, say) => [
    say.kubectl('get --raw /readyz?verbose', 'whether it answers from here'),
  ],
  'factory-unreachable': ({ factory }, say) => [
    `curl -fsS https://${factory}/versions  # whether it answers from here`,
    say.plan('again, once it answers', ''),
  ],
  'tool-missing': (_, say) => [say.tools('what is here, what is missing, and how to get it')],
};

import { listed, moment, quoted } from '../text/phrases.js';
import { type Entries, refuse, passing, undo } from './entry.js';

/** Something could not be reached or used. */
export type AccessReason =
  | {
      readonly kind: 'credential-unreadable';
      readonly which: string;
      readonly reference: string;
      readonly why: string;
    }
  | {
      readonly kind: 'certificate-expires';
      readonly which: string;
      readonly at: string;
      readonly neededUntil: string;
    }
  | {
      readonly kind: 'credential-rejected';
      readonly which: string;
      readonly endpoint: string;
      readonly why: string;
    }
  | {
      readonly kind: 'talos-unreachable';
      readonly node: string;
      readonly endpoint: string;
      readonly why: string;
    }
  | { readonly kind: 'kubernetes-unreachable'; readonly endpoints: readonly string[]; readonly why: string }
  | { readonly kind: 'factory-unreachable'; readonly factory: string; readonly why: string }
  | { readonly kind: 'tool-missing'; readonly tool: string; readonly version: string; readonly why: string };

export const accessReasons: Entries<AccessReason> = {
  'credential-unreadable': {
    failure: undo('it will not appear automatically'),
    sentence: ({ which, reference, why }) => `the ${which} cannot be read from ${reference}: ${quoted(why)}`,
    advice: (_, say) => [say.inventoryCheck('after the reference or the file was corrected')],
  },
  'certificate-expires': {
    failure: refuse('it would end in the middle'),
    sentence: ({ which, at, neededUntil }) =>
      `the client certificate of the ${which} ends ${moment(at)}, and the run may need it until ${moment(neededUntil)}`,
    advice: ({ which }, say) => [
      which.startsWith('talosconfig')
        ? 'talosctl config new --roles os:reader,os:etcd:backup FILE  # a new one (os:admin for the admin one)'
        : say.plan('after a new kubeconfig was put in its place', ''),
      say.plan('again, with the new certificate', ''),
    ],
  },
  'credential-rejected': {
    failure: undo('it will not be accepted automatically'),
    sentence: ({ which, endpoint, why }) => `${endpoint} does not accept the ${which}: ${quoted(why)}`,
    advice: (_, say) => [
      say.inventoryCheck('after the credential was replaced; its CA must be that of this cluster'),
    ],
  },
  'talos-unreachable': {
    failure: passing('an API that does not answer is unknown, and is asked again'),
    sentence: ({ node, endpoint, why }) =>
      `the Talos API of ${node} (${endpoint}) does not answer: ${quoted(why)}`,
    advice: ({ node }, say) => [
      say.talosctl(node, 'version', 'whether it answers from here'),
      say.kubectl(`get node ${node} -o wide`, 'whether its kubelet is heard of, and its address'),
    ],
  },
  'kubernetes-unreachable': {
    failure: passing('an API that does not answer is unknown, and is asked again'),
    sentence: ({ endpoints, why }) =>
      endpoints.length === 0
        ? `the Kubernetes API does not answer: ${quoted(why)}`
        : `the Kubernetes API does not answer on ${listed(endpoints)}: ${quoted(why)}`,
    advice: (_, say) => [say.kubectl('get --raw /readyz?verbose', 'whether it answers from here')],
  },
  'factory-unreachable': {
    failure: passing('an API that does not answer is unknown, and is asked again'),
    sentence: ({ factory, why }) => `the Image Factory ${factory} does not answer: ${quoted(why)}`,
    advice: ({ factory }, say) => [
      `curl -fsS https://${factory}/versions  # whether it answers from here`,
      say.plan('again, once it answers', ''),
    ],
  },
  'tool-missing': {
    failure: undo('it will not appear automatically'),
    sentence: ({ tool, version, why }) => `${tool} ${version} is not here: ${quoted(why)}`,
    advice: (_, say) => [say.tools('what is here, what is missing, and how to get it')],
  },
};

import { listed, moment, quoted } from '../text/phrases.js';
import type { AccessReason } from './reason.js';
import type { Sentences } from './reason-table.js';

export const accessSentences: Sentences<AccessReason> = {
  'credential-unreadable': ({ which, reference, why }) =>
    `the ${which} cannot be read from ${reference}: ${quoted(why)}`,
  'certificate-expires': ({ which, at, neededUntil }) =>
    `the client certificate of the ${which} ends ${moment(at)}, and the run may need it until ${moment(neededUntil)}`,
  'credential-rejected': ({ which, endpoint, why }) =>
    `${endpoint} does not accept the ${which}: ${quoted(why)}`,
  'talos-unreachable': ({ node, endpoint, why }) =>
    `the Talos API of ${node} (${endpoint}) does not answer: ${quoted(why)}`,
  'kubernetes-unreachable': ({ endpoints, why }) =>
    endpoints.length === 0
      ? `the Kubernetes API does not answer: ${quoted(why)}`
      : `the Kubernetes API does not answer on ${listed(endpoints)}: ${quoted(why)}`,
  'factory-unreachable': ({ factory, why }) => `the Image Factory ${factory} does not answer: ${quoted(why)}`,
  'tool-missing': ({ tool, version, why }) => `${tool} ${version} is not here: ${quoted(why)}`,
};

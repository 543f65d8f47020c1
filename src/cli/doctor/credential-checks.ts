import { stat } from 'node:fs/promises';
import type { KubernetesReference } from '../../inventory/credential.js';
import { moment } from '../../planning/text/phrases.js';
import {
  kubeconfigCertificate,
  talosCertificate,
  tokenValidity,
  type ClientCertificate,
  type Validity,
} from '../../tools/credential-certificates.js';
import { loadKubeconfig } from '../../tools/credential-kubeconfig.js';
import { referenceText, type Credential } from '../../tools/credentials.js';
import { ageText } from '../age-text.js';
import { needed, type Answer, type Check } from './check.js';
import type { Looks } from './looks.js';

/** A program that prints a credential may take half a minute. */
const readMs = 40_000;
const dayMs = 86_400_000;

/** A credential is renewed after 90 days, and a month before it ends. */
export const credentialLimits = { ageMost: 90 * dayMs, leftLeast: 30 * dayMs };

/** Whether each credential can be read, has the right role, and how old it is. */
export function credentialChecks(observed: Looks): Check[] {
  const { talos, kubernetes } = observed.inventory.access;
  const talosconfigs = [
    { which: 'talosconfig (reader)', reference: talos.reader, read: observed.reader, roles: readerRoles },
    { which: 'talosconfig (admin)', reference: talos.admin, read: observed.admin, roles: adminRoles },
  ] as const;
  return [
    ...talosconfigs.flatMap(({ which, reference, read, roles }): Check[] => [
      readable(which, reference, read),
      {
        group: 'credentials',
        what: `${which}, roles`,
        limitMs: readMs,
        ask: async () => {
          const { text } = await needed(read(), 'it cannot be read');
          return roles(talosCertificate(which, reference, text));
        },
      },
      {
        group: 'credentials',
        what: `${which}, age`,
        limitMs: readMs,
        ask: async () => {
          const { text } = await needed(read(), 'it cannot be read');
          return ageAnswer(talosCertificate(which, reference, text), Date.now(), renewTalos(which));
        },
      },
    ]),
    {
      group: 'credentials',
      what: 'talosconfig (admin), accepted',
      limitMs: readMs,
      ask: async () => {
        await observed.adminAccepted();
        return { verdict: 'ok', says: 'A control plane accepts its certificate.' };
      },
    },
    readable('kubeconfig', kubernetes, observed.kubeconfig),
    {
      group: 'credentials',
      what: 'kubeconfig, age',
      limitMs: readMs,
      ask: async () =>
        kubeconfigAge(kubernetes, (await needed(observed.kubeconfig(), 'it cannot be read')).text),
    },
  ];
}

function readable(which: string, reference: KubernetesReference, read: () => Promise<Credential>): Check {
  return {
    group: 'credentials',
    what: which,
    limitMs: readMs,
    ask: async () => {
      const { file } = await read();
      if (file !== undefined && ((await stat(file)).mode & 0o077) !== 0) {
        return {
          verdict: 'warn',
          says: `Others on this machine can read ${file}.`,
          type: [`chmod 600 ${file}`],
        };
      }
      return { verdict: 'ok', says: `Read from ${referenceText(reference)}.` };
    },
  };
}

const moreThanReader = ['os:admin', 'os:operator', 'os:impersonator'];

/** `os:operator` and `os:admin` include reading and etcd snapshots. */
export function readerRoles({ organizations }: Pick<ClientCertificate, 'organizations'>): Answer {
  const more = organizations.filter((role) => moreThanReader.includes(role));
  const type = ['talosctl config new FILE --roles os:reader,os:etcd:backup'];
  if (more.length > 0)
    return {
      verdict: 'warn',
      says: `It has ${more.join(', ')}, and looking needs only os:reader and os:etcd:backup.`,
      type,
    };
  const missing = ['os:reader', 'os:etcd:backup'].filter((role) => !organizations.includes(role));
  if (missing.length > 0)
    return {
      verdict: 'fail',
      says: `It lacks ${missing.join(' and ')}; it has ${organizations.join(', ') || 'no role'}.`,
      type,
    };
  return { verdict: 'ok', says: 'os:reader, os:etcd:backup.' };
}

export function adminRoles({ organizations }: Pick<ClientCertificate, 'organizations'>): Answer {
  if (organizations.includes('os:admin')) return { verdict: 'ok', says: 'os:admin.' };
  return {
    verdict: 'fail',
    says: `It lacks os:admin, which upgrades need; it has ${organizations.join(', ') || 'no role'}.`,
    type: ['talosctl config new FILE --roles os:admin'],
  };
}

function renewTalos(which: string): string {
  const roles = which.includes('admin') ? 'os:admin' : 'os:reader,os:etcd:backup';
  return `talosctl config new FILE --roles ${roles} --crt-ttl 2160h`;
}

function kubeconfigAge(reference: KubernetesReference, text: string): Answer {
  const renew = 'talosctl kubeconfig FILE  # or sign a new certificate for its user';
  if ('inCluster' in reference) return { verdict: 'ok', says: 'The kubelet renews its token.' };
  const certificate = kubeconfigCertificate(reference, text);
  if (certificate) return ageAnswer(certificate, Date.now(), renew);
  const token = loadKubeconfig(text).getCurrentUser()?.token;
  const validity = token === undefined ? undefined : tokenValidity(token);
  if (validity) return ageAnswer(validity, Date.now(), renew);
  return {
    verdict: 'warn',
    says: 'It has neither a certificate nor a token that says when it ends.',
    type: [renew],
  };
}

/** @param renew what to type for a new one. */
export function ageAnswer({ from, until }: Validity, now: number, renew: string): Answer {
  const age = now - from.getTime();
  const left = until.getTime() - now;
  const type = [renew];
  if (left <= 0) return { verdict: 'fail', says: `It ended ${moment(until.toISOString())}.`, type };
  if (age < 0)
    return {
      verdict: 'fail',
      says: `It is not good before ${moment(from.toISOString())}; or the clock of this machine is wrong.`,
      type: ['timedatectl'],
    };
  const facts = `It is ${ageText(age)} old and good for another ${ageText(left)}`;
  if (left < credentialLimits.leftLeast)
    return { verdict: 'warn', says: `${facts}: renew it before it ends.`, type };
  if (age > credentialLimits.ageMost)
    return { verdict: 'warn', says: `${facts}: credentials are renewed every 90 days.`, type };
  return { verdict: 'ok', says: `${facts}.` };
}

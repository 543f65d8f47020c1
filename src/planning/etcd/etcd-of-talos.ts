import type { EtcdObservation } from '../node/observation.js';
import { minorOf } from '../versions/versions.js';

/**
 * Talos minor → the minor of etcd it brings, unless its machine configuration pins another one.
 *
 * Source: `DefaultEtcdVersion` in `pkg/machinery/constants/constants.go` of siderolabs/talos at the newest tag of each minor.
 */
const etcdByTalos: Readonly<Record<string, string>> = {
  '1.9': '3.5',
  '1.10': '3.5',
  '1.11': '3.6',
  '1.12': '3.6',
  '1.13': '3.6',
  '1.14': '3.7',
};

/**
 * Why a member of the etcd that an older Talos brings could not join: the cluster's data is of a newer etcd minor. The data moves to a
 * minor with the last member that reaches it, and moves back only by etcd's own downgrade. Undefined: the member could join.
 *
 * @param from the Talos version to roll back to.
 * @param to the Talos version to leave.
 */
export function etcdMoved(
  { statuses }: Pick<EtcdObservation, 'statuses'>,
  from: string,
  to: string,
): string | undefined {
  const [older, newer] = [etcdByTalos[minorOf(from)], etcdByTalos[minorOf(to)]];
  if (older === undefined) return `what etcd Talos ${from} brings is not known`;
  if (older === newer) return undefined;
  const responses = statuses.flatMap((status) => (status.kind === 'answered' ? [status.value] : []));
  const fits = (version: string): boolean => byMinor(version, older) <= 0;
  // While one member runs the older minor, the cluster version is not newer than that.
  if (responses.flatMap(({ version }) => minorIn(version)).some(fits)) return undefined;
  const data = responses.flatMap(({ storage }) => minorIn(storage)).toSorted(byMinor);
  const highest = data.at(-1);
  if (highest !== undefined && fits(highest)) return undefined;
  const is =
    highest === undefined
      ? 'no member reports the etcd version of its data'
      : `its data is of etcd ${highest}`;
  return `${is}, Talos ${from} brings etcd ${older}, and an older etcd cannot join newer data`;
}

/** `3.6.0` → `3.6`; empty where a member does not report it: members before 3.6 do not. */
function minorIn(version = ''): string[] {
  const [, minor] = /^v?(\d+\.\d+)\./.exec(version) ?? [];
  return minor === undefined ? [] : [minor];
}

function byMinor(a: string, b: string): number {
  return Number(a.split('.')[1]) - Number(b.split('.')[1]);
}

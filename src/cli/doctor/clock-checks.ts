import { span } from '../../planning/text/phrases.js';
import { NotAsked, type Answer, type Check } from './check.js';
import type { Looks } from './looks.js';

const limitMs = 10_000;
/** An HTTP date is truncated to whole seconds, so on average it is half a second behind. */
const halfSecond = 500;
/** Certificates have a start of validity, and people read runs by their times. */
const skewLimits = { warn: 5_000, fail: 60_000 };

/** This machine's clock against those of the API servers. */
export function clockChecks(observed: Looks): Check[] {
  return [
    {
      group: 'clock',
      what: 'clock',
      limitMs,
      ask: async () => {
        const seen = await Promise.all(
          observed.controlPlanes.map(async ({ name }) => {
            const answer = await observed.kubernetesEndpoint(name).catch(() => undefined);
            if (answer?.date === undefined) return [];
            return [{ name, skewMs: answer.halfWay - (answer.date.getTime() + halfSecond) }];
          }),
        );
        return clockAnswer(seen.flat());
      },
    },
  ];
}

/** @param seen how far this machine's clock is ahead of each control plane's. */
export function clockAnswer(seen: readonly { readonly name: string; readonly skewMs: number }[]): Answer {
  const [worst] = seen.toSorted((a, b) => Math.abs(b.skewMs) - Math.abs(a.skewMs));
  if (!worst) throw new NotAsked('no API server answers');
  const off = Math.abs(worst.skewMs);
  if (off < skewLimits.warn)
    return {
      verdict: 'ok',
      says: `It agrees with ${seen.length === 1 ? worst.name : `${seen.length} API servers`} to a second or two.`,
    };
  return {
    verdict: off < skewLimits.fail ? 'warn' : 'fail',
    says: `This machine is ${span(off)} ${worst.skewMs > 0 ? 'ahead of' : 'behind'} ${worst.name}.`,
    type: ['timedatectl', `talosctl -n ${worst.name} time`],
  };
}

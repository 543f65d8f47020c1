import {
  applyConfiguration as apply,
  configureFirst,
  type ApplyMode,
} from '../../machines/configuration/apply-configuration.js';
import type { TalosCall } from '../talos-call.js';

interface ApplyMessage {
  readonly data?: Uint8Array;
  readonly mode?: ApplyMode;
  readonly dry_run?: boolean;
  readonly try_mode_timeout?: { readonly seconds?: string; readonly nanos?: number };
}

/** Talos' default time for a tried configuration. */
const TRY_SECONDS = '60';

/** For a machine that waits for its first configuration, and for one that has one. */
export async function applyConfiguration(call: TalosCall<ApplyMessage>): Promise<object> {
  const { machine, request, inMaintenance } = call;
  const { seconds, nanos } = request.try_mode_timeout ?? { seconds: TRY_SECONDS };
  const wanted = {
    text: Buffer.from(request.data ?? []).toString('utf8'),
    mode: request.mode ?? 'REBOOT',
    dryRun: request.dry_run === true,
    tryMs: Number(seconds ?? 0) * 1_000 + (nanos ?? 0) / 1e6,
  };
  const { mode, details } = (inMaintenance ? configureFirst : apply)(machine, wanted);
  return { messages: [{ mode, mode_details: details }] };
}

import { advise } from '../planning/reasons/advise.js';
import { describe } from '../planning/reasons/describe.js';
import type { AddressOf } from '../planning/node/node-address.js';
import type { Reason } from '../planning/reasons/reason.js';
import { sentence } from '../planning/text/sentence.js';
import { say } from './terminal.js';

/** Prints the sentence of each reason, and under it what to type. */
export function sayReasons(
  reasons: readonly Reason[],
  context: {
    readonly cluster: string;
    readonly run?: number;
    readonly held?: boolean;
    readonly address: AddressOf;
  },
): void {
  for (const reason of reasons) {
    say(sentence(describe(reason)));
    for (const line of advise(reason, context)) say(`  ${line}`);
  }
}

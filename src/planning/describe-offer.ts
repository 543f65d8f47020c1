import type { OfferAnswer } from '../workflows/messages.js';
import { plain } from './markdown.js';
import type { Reason } from './reason.js';

/**
 * What became of a merge, as its pull request shows it: Markdown.
 *
 * @param change the sentence of what was declared.
 * @param describe the sentence of a reason.
 */
export function offerText(
  cluster: string,
  change: string,
  answer: OfferAnswer,
  describe: (reason: Reason) => string,
): string {
  return [`**${plain(change)}.**`, becameOf(cluster, answer, describe)].join('\n\n');
}

function becameOf(cluster: string, answer: OfferAnswer, describe: (reason: Reason) => string): string {
  if (answer.verdict === 'started')
    return `Run ${answer.run} of ${plain(cluster)} has begun: \`slipway watch ${cluster}/${answer.run}\`.`;
  if (answer.verdict === 'known') return 'It was handed over before.';
  if (answer.verdict === 'refused') return `It is not begun: ${plain(describe(answer.reason))}.`;
  const { reason, instead } = answer;
  const other =
    instead === undefined ? '' : ` Talos ${plain(instead)}, which waited there, is not brought any more.`;
  return `It waits, and begins by itself: ${plain(describe(reason))}.${other} \`slipway queue ${cluster}\` shows it.`;
}

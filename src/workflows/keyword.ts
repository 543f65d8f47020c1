import { SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';

/** The key of one of Slipway's search attributes; all are keywords. */
export function keyword(name: string) {
  return defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
}

import { expect, test } from '@jest/globals';
import { sentence } from '../../../src/planning/text/sentence.js';

test.each([
  ['gets a full stop', 'k8s-work-1 waits', 'k8s-work-1 waits.'],
  ['has one already', 'Why? ', 'Why?'],
  ['is one line that no terminal obeys', 'a\n\u001b[2Jb\u0007', 'a [2Jb.'],
  ['shows where a sign turned the order of what is read', 'by \u202Eada\u2066\u200F', 'by \uFFFDada\uFFFD.'],
])('a sentence %s', (_what, text, said) => {
  expect(sentence(text)).toBe(said);
});

import { describe, expect, test } from '@jest/globals';
import {
  characters,
  commandLine,
  fitLines,
  fitText,
  oneLine,
  utf8Bytes,
  type Writing,
} from '../../../src/planning/messages/text.js';

const bytes: Writing = { write: (text) => text, size: utf8Bytes };
const doubled: Writing = { write: (text) => text.replaceAll('*', '\\*'), size: characters };

describe('text within a limit', () => {
  test('is as it was where it fits', () => expect(fitText('héllo', 6, bytes)).toBe('héllo'));
  test('is cut between characters, and says so', () => expect(fitText('🛑🛑🛑🛑', 12, bytes)).toBe('🛑🛑 …'));
  test('is measured as it is written, and no escape is cut in two', () =>
    expect(fitText('*****', 8, doubled)).toBe('\\*\\*\\* …'));
  test('is nothing where nothing fits', () => expect(fitText('abcdef', 1, bytes)).toBe(''));

  test('lines that do not fit are counted', () => {
    expect(fitLines(['one', 'two', 'three', 'four', 'five'], 20, bytes)).toBe('one\ntwo\n… 3 more');
    expect(fitLines(['one', 'two'], 7, bytes)).toBe('one\ntwo');
    expect(fitLines([], 7, bytes)).toBe('');
  });

  test('a first line that is too long is cut, not lost', () => {
    const fitted = fitLines(['x'.repeat(50), 'y'], 30, bytes);
    expect(fitted).toMatch(/^x+ …\n… 1 more$/);
    expect(utf8Bytes(fitted)).toBeLessThanOrEqual(30);
  });

  test('has no invisible characters; commands keep their blanks', () => {
    expect(oneLine(' a\u202E\u200Bb\n\tc\u0007 ')).toBe('ab c');
    expect(commandLine('slipway status  # why\u0000\u202E')).toBe('slipway status  # why');
  });
});

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openDataFolder, type DataFolder } from '../../src/serve/data-folder.js';
import { claimDatabase, databaseIsMade } from '../../src/serve/database-version.js';
import type { ServeRefused } from '../../src/serve/serve-refused.js';

const program = '/opt/temporal';
let data: DataFolder;

beforeEach(() => {
  data = openDataFolder(mkdtempSync(path.join(os.tmpdir(), 'slipway-data-')));
});
afterEach(() => rmSync(data.folder, { recursive: true }));

const refusal = (version: string): ServeRefused => {
  try {
    claimDatabase(data, version, program);
  } catch (error) {
    return error as ServeRefused;
  }
  throw new Error('it was not refused');
};

/** Creates the file as Temporal does at its first start. */
const makeDatabase = (): void => writeFileSync(data.database, 'tables');

describe('a database', () => {
  test('belongs to the version that created it', () => {
    expect(claimDatabase(data, '1.5.1', program)).toBe('new');
    makeDatabase();
    databaseIsMade(data, '1.5.1');
    expect(readFileSync(data.version, 'utf8')).toBe('1.5.1\n');
    expect(claimDatabase(data, '1.5.1', program)).toBe('known');
    const { message, hint } = refusal('1.6.0');
    expect(message).toBe(
      `${data.database} was made by Temporal 1.5.1, and /opt/temporal is 1.6.0. Temporal does not convert databases.`,
    );
    expect(hint).toContain('SLIPWAY_BIN_TEMPORAL=/path/to/temporal-1.5.1 slipway serve');
    expect(hint).toContain(`mv ${data.database} ${data.folder}/temporal-1.5.1.db`);
    expect(readFileSync(data.database, 'utf8')).toBe('tables');
  });

  test('that was moved away as advised is replaced by one of the new version', () => {
    writeFileSync(data.version, '1.5.1\n');
    expect(claimDatabase(data, '1.6.0', program)).toBe('new');
  });

  test('whose first start was interrupted is replaced', () => {
    claimDatabase(data, '1.5.1', program);
    makeDatabase();
    writeFileSync(`${data.database}-journal`, 'half a table');
    expect(claimDatabase(data, '1.5.1', program)).toBe('unmade');
    expect(existsSync(data.database)).toBe(false);
    expect(existsSync(`${data.database}-journal`)).toBe(false);
  });

  test('of unknown origin is left unchanged, with what to type if its version is known', () => {
    makeDatabase();
    const { message, hint } = refusal('1.5.1');
    expect(message).toContain('was not made by slipway serve');
    expect(hint).toContain(`echo 1.5.1 > ${data.version}`);
    writeFileSync(data.version, '1.5.1\n');
    expect(claimDatabase(data, '1.5.1', program)).toBe('known');
  });

  test('whose version cannot be read is refused, not removed', () => {
    makeDatabase();
    writeFileSync(data.version, '');
    expect(refusal('1.5.1').message).toContain('was made by Temporal ');
    expect(readFileSync(data.database, 'utf8')).toBe('tables');
  });
});

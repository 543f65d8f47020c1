import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { StepFolder, sweepStepFolders } from '../../src/tools/step-folder.js';

describe('StepFolder', () => {
  it('keeps its files to this user, and goes away when it is closed', async () => {
    const folder = await StepFolder.open();
    const file = await folder.write('kubeconfig', 'secret');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(folder.folder)).mode & 0o777).toBe(0o700);
    await folder.close();
    expect(existsSync(folder.folder)).toBe(false);
  });

  it('gives two files of one name each its own', async () => {
    const folder = await StepFolder.open();
    const files = await Promise.all(['a', 'b'].map((text) => folder.write('patch.yaml', text)));
    expect(await Promise.all(files.map((file) => readFile(file, 'utf8')))).toEqual(['a', 'b']);
    expect(files.every((file) => file.endsWith('patch.yaml'))).toBe(true);
    await folder.close();
  });

  it('has a path short enough for the sockets of an etcd that verifies a snapshot, also with a long pid', async () => {
    const folder = await StepFolder.open();
    const parent = path.basename(path.dirname(folder.folder));
    const digits = parent.split('-').slice(2).join('-').length + '4194304-99999999999-'.length;
    const socket = path.join(
      '/tmp',
      `slipway-steps-${2 ** 31}`,
      'x'.repeat(digits),
      path.basename(folder.folder),
      'client.sock',
    );
    expect(socket.length).toBeLessThanOrEqual(107);
    await folder.close();
  });

  it('is kept where a process of another place may still use it', async () => {
    const mine = await StepFolder.open();
    const elsewhere = path.join(path.dirname(path.dirname(mine.folder)), '1-2-0123abcd-4567cdef');
    await mkdir(elsewhere, { recursive: true });
    await sweepStepFolders();
    expect(existsSync(elsewhere)).toBe(true);
    await rm(elsewhere, { recursive: true });
    await mine.close();
  });

  it('is swept when its process is gone, and kept while it lives', async () => {
    const mine = await StepFolder.open();
    const parent = path.dirname(mine.folder);
    const here = path.basename(parent).split('-').slice(2);
    const others = path.join(path.dirname(parent), ['1', '2', ...here].join('-'));
    await mkdir(others, { recursive: true });
    await sweepStepFolders();
    expect(existsSync(others)).toBe(false);
    expect(existsSync(mine.folder)).toBe(true);
    await mine.close();
  });
});

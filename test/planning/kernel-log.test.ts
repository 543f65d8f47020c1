import { describe, expect, test } from '@jest/globals';
import { installedInThisBoot } from '../../src/planning/kernel-log.js';

const image = 'factory.talos.dev/nocloud-installer/99:v1.13.9';
const line = (text: string): string => `kern:    info: [2026-11-22T08:00:00.000000000Z]: [talos] ${text}`;

describe('the kernel log of a boot', () => {
  test.each([
    ['nothing was installed', [line('service[kubelet](Running): Health check successful')], undefined],
    ['an installer was started', [line(`starting upgrade: installer_image=${image}, disk=/dev/sda`)], image],
    [
      'one failed and another was started: the last one counts',
      [
        line('starting upgrade: installer_image=old:v1.13.2, disk=/dev/sda'),
        line('upgrade failed: exit_code=1'),
        line(`starting upgrade: installer_image=${image}, disk=/dev/sda`),
      ],
      image,
    ],
    ['a legacy upgrade says something else', [line('upgrade request received: staged false')], undefined],
  ])('%s', (_name, lines, expected) => expect(installedInThisBoot(lines.join('\n'))).toBe(expected));
});

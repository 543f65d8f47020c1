import { describe, expect, test } from '@jest/globals';
import { installerImage, schematicOf } from '../../../src/planning/versions/installer-image.js';
import { aCluster, controlPlaneSchematic, workerSchematic } from '../a-cluster.js';

const { inventory } = aCluster();
const own = 'f'.repeat(64);
const ctrl = { name: 'ctrl-1', role: 'control-plane' as const };
const work = { name: 'work-1', role: 'worker' as const };

describe('the installer image', () => {
  test.each([
    ['of a control plane', ctrl, `factory.talos.dev/nocloud-installer/${controlPlaneSchematic}:v1.12.6`],
    ['of a worker', work, `factory.talos.dev/nocloud-installer/${workerSchematic}:v1.12.6`],
    [
      'of a node with a schematic of its own',
      { ...work, schematic: own },
      `factory.talos.dev/nocloud-installer/${own}:v1.12.6`,
    ],
  ])('%s names factory, platform, schematic and version', (_name, node, image) => {
    expect(installerImage(inventory, node, 'v1.12.6')).toBe(image);
  });

  test('is the signed one under SecureBoot, from the factory of the inventory', () => {
    const image = { factory: 'factory.example:5000', platform: 'metal', secureBoot: true };
    expect(installerImage({ ...inventory, image }, ctrl, 'v1.12.6')).toBe(
      `factory.example:5000/metal-installer-secureboot/${controlPlaneSchematic}:v1.12.6`,
    );
  });

  test('has no schematic to fall back on', () => {
    const { worker: _, ...roles } = inventory.roles;
    expect(() => schematicOf({ roles }, work)).toThrow(
      'work-1: slipway.yaml names no schematic for the role worker',
    );
  });
});

import { describe, expect, test } from '@jest/globals';
import { BootSlots, type Bootloader, type Slot } from '../../../lab/machines/boot-slots.js';

function slot(version: string): Slot {
  return { version, schematic: 'a', extensions: [], image: `installer:${version}` };
}

/** Boots and is ready. */
function bootWell(slots: BootSlots): void {
  slots.boot();
  slots.accept();
}

/** A machine that is ready on its first slot. */
function settled(bootloader?: Bootloader): BootSlots {
  const slots = new BootSlots(slot('v1'), bootloader);
  bootWell(slots);
  return slots;
}

describe('boot slots', () => {
  test('an install goes to the other slot, arms it, and destroys nothing', () => {
    const slots = settled();
    expect(slots.install(slot('v2'))).toEqual({ slot: 'B' });
    expect(slots).toMatchObject({ booted: 'A', defaultSlot: 'B', armed: true, fallback: 'A', lostSlots: 0 });
    expect(slots.running.version).toBe('v1');
    expect(slots.boot()).toBe(true);
    slots.accept();
    expect(slots).toMatchObject({ booted: 'B', armed: false, fallback: undefined });
    expect(slots.install(slot('v3'))).toEqual({ slot: 'A' });
  });

  test.each(['grub', 'sd-boot'] as const)(
    'with %s, a second install on an armed machine destroys the slot that runs',
    (bootloader) => {
      const slots = settled(bootloader);
      slots.install(slot('v2'));
      expect(slots.target()).toEqual({ slot: 'A', overwrites: 'running' });
      expect(slots.install(slot('v3'))).toEqual({ slot: 'A', overwrites: 'running' });
      expect(slots).toMatchObject({ booted: 'A', defaultSlot: 'A', armed: true, lostSlots: 1 });
      expect(slots.running.version).toBe('v1');
      expect(slots.boot()).toBe(true);
      expect(slots.running.version).toBe('v3');
      expect(slots.revert()).toBe(true);
      slots.boot();
      expect(slots.running.version).toBe('v2');
    },
  );

  test('an install on a machine whose new slot was never ready destroys the last good one', () => {
    const slots = settled();
    slots.install(slot('v2'));
    slots.boot();
    expect(slots.install(slot('v3'))).toEqual({ slot: 'A', overwrites: 'last-good' });
  });

  test('an install after a fatal boot goes over the slot that failed', () => {
    const slots = settled();
    slots.install(slot('v2'));
    slots.boot();
    expect(slots.revert()).toBe(true);
    bootWell(slots);
    expect(slots.running.version).toBe('v1');
    expect(slots.install(slot('v3'))).toEqual({ slot: 'B' });
  });

  test('a fatal error without an earlier install does not switch the slot', () => {
    const slots = settled();
    expect(slots.revert()).toBe(false);
    expect(slots.defaultSlot).toBe('A');
  });

  test('rollback switches the default slot, and back on a second request', () => {
    const slots = settled();
    slots.install(slot('v2'));
    bootWell(slots);
    slots.rollback();
    expect(slots).toMatchObject({ defaultSlot: 'A', armed: true });
    slots.rollback();
    expect(slots).toMatchObject({ defaultSlot: 'B', armed: false });
  });

  test('rollback of an armed machine disarms it', () => {
    const slots = settled();
    slots.install(slot('v2'));
    slots.rollback();
    expect(slots).toMatchObject({ defaultSlot: 'A', armed: false });
    expect(slots.boot()).toBe(false);
  });

  test.each([
    { bootloader: 'sd-boot' as const, says: 'previous UKI not found' },
    { bootloader: 'grub' as const, says: 'cannot rollback to "", label does not exist' },
  ])('rollback with $bootloader and nothing in the other slot: $says', ({ bootloader, says }) => {
    const slots = settled(bootloader);
    expect(() => slots.rollback()).toThrow(says);
    expect(slots.defaultSlot).toBe('A');
  });

  test('a machine that is armed keeps the rollback of its install when it becomes ready again', () => {
    const slots = settled();
    slots.install(slot('v2'));
    slots.accept();
    expect(slots.fallback).toBe('A');
  });
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { Inventory } from '../../src/inventory/schema.js';
import { commentCommand } from '../../src/planning/merge/comment-command.js';
import { tokenLeast } from '../../src/starter/api-tokens.js';
import { parseStarterSettings } from '../../src/starter/load-settings.js';
import { projectRoot } from '../../src/tools/project-root.js';
import { validSignal } from '../../src/workflows/valid-answer.js';
import { goodText as goodInventory } from '../inventory/an-inventory.js';
import { goodText as goodStarter } from '../starter/a-starter.js';

const page = readFileSync(path.join(projectRoot, 'docs', 'approvals.md'), 'utf8');
const [policy = '', tokens = ''] = [...page.matchAll(/^```yaml\n(?<text>.*?)^```/gms)].map(
  ({ groups }) => groups?.['text'] ?? '',
);

describe('the page about approvals', () => {
  test('shows a policy that slipway.yaml accepts, with each entry of the table', () => {
    const written = { ...(parse(goodInventory()) as object), ...(parse(policy) as object) };
    const { upgrade } = Inventory.parse(written);
    expect(upgrade).toMatchObject({ approve: ['minor', 'major', 'control-planes', 'replace'], approvers: 2 });
    for (const entry of [...upgrade.approve, 'patch'])
      expect(page).toMatch(new RegExp(`^\\|.*\`${entry}\`.* \\|`, 'm'));
  });

  test('names the defaults', () => {
    const { upgrade, limits } = Inventory.parse(parse(goodInventory()));
    expect(policy).toContain(`default: [${upgrade.approve.join(', ')}]`);
    expect(policy).toContain(`default: ${upgrade.approvers}`);
    expect(limits.approval).toBe(24 * 3_600_000);
  });

  test('shows tokens that starter.yaml accepts', () => {
    const text = `${goodStarter}${stringify(parse(tokens))}`;
    expect(parseStarterSettings(text, 'starter.yaml')).toMatchObject({
      ok: true,
      settings: { tokens: [{ name: 'release-desk', may: ['approve'], clusters: ['prox-ops'] }] },
    });
    expect(page).toContain(`${tokenLeast} characters are the least`);
  });

  test('shows comments and signals that are understood', () => {
    const comment = /`(\/slipway [^`]+)`/.exec(page.replace('HASH REASON', '3f2a8c91d0aa REASON'))?.[1] ?? '';
    expect(commentCommand(comment)).toMatchObject({ kind: 'answer', plan: '3f2a8c91d0aa', why: 'REASON' });
    const signal = /^`(\{ "plan": "3f.*\})`/m.exec(page)?.[1] ?? '';
    expect(validSignal(JSON.parse(signal))).toMatchObject({ by: 'Ada', why: 'the fix is urgent' });
  });
});

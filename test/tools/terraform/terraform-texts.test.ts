import { describe, expect, test } from '@jest/globals';
import { Discretion, secretTexts } from '../../../src/tools/terraform/secret-texts.js';
import { errorsIn, eventOf } from '../../../src/tools/terraform/terraform-events.js';

const vm = 'module.worker_nodes["k8s-work-2"].terraform_data.vm';

describe('a line of apply -json', () => {
  const hook = (type: string, more: object): string =>
    JSON.stringify({ '@message': 'secret', type, hook: { resource: { addr: vm }, ...more } });

  test.each([
    ['apply_start', { action: 'delete', id_value: 'secret' }, `is destroying ${vm}`],
    ['apply_progress', { action: 'delete', elapsed_seconds: 12 }, `is destroying ${vm}, 12 s`],
    ['apply_complete', { action: 'create', elapsed_seconds: 61.2 }, `has created ${vm} after 61 s`],
    ['apply_errored', { action: 'create', elapsed_seconds: 3 }, `could not create ${vm}, after 3 s`],
    ['apply_progress', { action: 'forget', elapsed_seconds: 1 }, `is at work on ${vm}, 1 s`],
    ['provision_errored', { provisioner: 'local-exec' }, `failed with the provisioner local-exec of ${vm}`],
    ['refresh_start', {}, `looks at ${vm}`],
  ])('%s becomes a sentence without ids', (type, more, sentence) => {
    expect(eventOf(hook(type, more))).toMatchObject({ kind: 'progress', sentence });
  });

  test.each([
    ['the begin of a provisioner', hook('provision_start', { provisioner: 'local-exec' })],
    ['what a provisioner prints', hook('provision_progress', { output: 'secret' })],
    ['an output', '{"@message":"Outputs: 1","type":"outputs","outputs":{"x":{"value":"secret"}}}'],
    ['no JSON', 'panic: runtime error'],
    ['JSON of another kind', '[1,2]'],
  ])('nothing is read of %s', (_, line) => expect(eventOf(line)).toBeUndefined());
});

describe('the errors in a text', () => {
  test('each with its detail, warnings left out', () => {
    const text = [
      '╷',
      '│ Warning: Deprecated',
      '│ ',
      '│ Use something else.',
      '╵',
      '╷',
      '│ Error: Reference to undeclared resource',
      '│ ',
      '│   on main.tf line 3, in output "x":',
      '╵',
      '',
      'Error: No bars',
    ].join('\n');
    expect(errorsIn(text)).toEqual([
      {
        severity: 'error',
        summary: 'Reference to undeclared resource',
        detail: 'on main.tf line 3, in output "x":',
      },
      { severity: 'error', summary: 'No bars', detail: '' },
    ]);
  });
});

describe('texts that must be redacted', () => {
  const texts = (variables: string, more: object = {}): string[] =>
    secretTexts({ backend: [], variables: [variables], env: {}, visible: [], ...more });

  test.each([
    ['a quoted string', 'password = "correct horse"', ['correct horse']],
    ['one in a list and an object', 'x = ["abcdefgh", { y = "ijklmnop" }]', ['abcdefgh', 'ijklmnop']],
    ['JSON', '{"password": "correct horse"}', ['correct horse']],
    ['one with quotes in it', String.raw`x = "say \"hello\""`, [String.raw`say \"hello\"`, 'say "hello"']],
    ['a short one is left out', 'cores = "4"\nhost = "baldar"', []],
    ['a key', 'key = <<-EOT\n  -----BEGIN KEY-----\n  abc\n  EOT\n', ['  -----BEGIN KEY-----\n  abc']],
  ])('%s', (_, variables, secrets) => expect(texts(variables)).toEqual(secrets));

  test('names of nodes may be', () => {
    expect(texts('n = "k8s-work-1"\np = "k8s-work-x"', { visible: ['k8s-work-1'] })).toEqual(['k8s-work-x']);
  });

  test('of a backend its credentials, not its place, but a place with a password in it', () => {
    const backend = [
      'bucket = "prox-ops-terraform-state"',
      'secret_key = "wJalrXUtnFEMI"',
      'endpoints = { s3 = "https://minio.example:9000" }',
      'address = "https://ops:hunter2@state.example/x"',
    ].join('\n');
    expect(texts('', { backend: [backend] })).toEqual([
      'wJalrXUtnFEMI',
      'https://ops:hunter2@state.example/x',
    ]);
  });

  test('of the environment all but the shortest', () => {
    expect(texts('', { env: { A: 'hunter2', B: 'true', C: '1', D: 'false' } })).toEqual(['hunter2']);
  });

  test('is taken out however Terraform wraps it', () => {
    const discretion = new Discretion(['correct horse battery staple']);
    expect(discretion.apply('401 for correct horse\n    battery staple, sorry')).toBe(
      '401 for [redacted], sorry',
    );
  });
});

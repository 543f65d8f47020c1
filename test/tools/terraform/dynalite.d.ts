/** Amazon's DynamoDB in memory. It comes without types of its own. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  export default function dynalite(options: { createTableMs: number }): Server;
}

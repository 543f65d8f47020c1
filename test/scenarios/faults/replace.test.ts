import { playEachCase } from './each-case.js';

/** Every fault, on machines that Terraform replaces. */
playEachCase('replace');

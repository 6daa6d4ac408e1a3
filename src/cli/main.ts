#!/usr/bin/env node
import { listenForSignals } from './interruption.ts';
import { report, runProgram } from './program.ts';
import { surviveLostReaders } from './streams.ts';

surviveLostReaders();
listenForSignals();
// A failure outside of the command itself, such as in a timer: it is said as any other.
process.on('uncaughtException', (error) => process.exit(report(error)));

await runProgram(process.argv.slice(2));

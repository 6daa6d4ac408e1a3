import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

// A file of tests runs on each processor: a session that is not asked for threads takes one, and does not wait for those of others.
os.availableParallelism = () => 1;
syncBuiltinESMExports();

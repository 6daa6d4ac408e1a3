import fc from 'fast-check';

// Every run of the tests draws the same examples. PROPERTY_SEED=n draws others, where a test has no seed of its own: for looking further
// than one run does.
fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) });

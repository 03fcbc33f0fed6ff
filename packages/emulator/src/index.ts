export { type CoveredOperation, coverage, renderCoverage } from './coverage.ts';
export type { RequestRecord } from './journal.ts';
export { parseSeed } from './parse-seed.ts';
export type { EmulatorSeed, FederatedSubject, SeedIdentity, SeedRegistry, SeedRole, SeedWorkspace } from './seed.ts';
export { defaultSeed } from './seed.ts';
export { type Emulator, type EmulatorOptions, startEmulator } from './start.ts';
export { defaultSwitches, type Switches } from './switches.ts';

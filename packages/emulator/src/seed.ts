import type { Switches } from './switches.ts';

/** One federated credential of an identity: all three must match the assertion exactly. */
export interface FederatedSubject {
  issuer: string;
  subject: string;
  audience: string;
}

/** Actions that an identity may do at a scope. */
export interface SeedRole {
  /** Beginning of an ARM path; the whole subscription when left out. */
  scope?: string;
  /** Such as `Microsoft.MachineLearningServices/workspaces/jobs/*`; `*` stands for any text. */
  actions: string[];
}

/** An identity that may ask for tokens. */
export interface SeedIdentity {
  clientId: string;
  clientSecret?: string;
  federatedSubjects?: FederatedSubject[];
  /** What it may do on the ARM plane; everything when left out. */
  roles?: SeedRole[];
}

/** A workspace made at the first start. */
export interface SeedWorkspace {
  name: string;
  resourceGroup: string;
  location?: string;
  computes?: { name: string }[];
}

/** A registry made at the first start. */
export interface SeedRegistry {
  name: string;
  resourceGroup: string;
}

/** What exists when the emulator starts on an empty state. */
export interface EmulatorSeed {
  subscriptionId?: string;
  tenantId?: string;
  location?: string;
  workspaces?: SeedWorkspace[];
  registries?: SeedRegistry[];
  identities?: SeedIdentity[];
  /** Cores that a region may use for online deployments, by VM family such as `standardFSv2Family`; `*` for all others. */
  quota?: Record<string, number>;
  switches?: Partial<Switches>;
}

/** A seed with nothing left open. */
export type CompleteSeed = Required<Omit<EmulatorSeed, 'switches'>>;

const cluster = [{ name: 'cpu-cluster' }];

/** The seed used when none is given: three workspaces, one registry, one identity. */
export const defaultSeed: CompleteSeed = {
  subscriptionId: '00000000-0000-4000-8000-000000000001',
  tenantId: '00000000-0000-4000-8000-0000000000aa',
  location: 'westeurope',
  workspaces: [
    { name: 'mlw-sensors-dev', resourceGroup: 'rg-sensors-dev', computes: cluster },
    { name: 'mlw-sensors-test', resourceGroup: 'rg-sensors-test', computes: cluster },
    { name: 'mlw-sensors-prod', resourceGroup: 'rg-sensors-prod', computes: cluster },
  ],
  registries: [{ name: 'sensors', resourceGroup: 'rg-sensors-shared' }],
  identities: [{ clientId: '00000000-0000-4000-8000-0000000000c1', clientSecret: 'emulator-only-secret' }],
  quota: {},
};

/** Fill what a seed leaves open from the default seed. */
export function completeSeed(seed: EmulatorSeed | undefined): CompleteSeed {
  return {
    subscriptionId: seed?.subscriptionId ?? defaultSeed.subscriptionId,
    tenantId: seed?.tenantId ?? defaultSeed.tenantId,
    location: seed?.location ?? defaultSeed.location,
    workspaces: seed?.workspaces ?? defaultSeed.workspaces,
    registries: seed?.registries ?? defaultSeed.registries,
    identities: seed?.identities ?? defaultSeed.identities,
    quota: seed?.quota ?? defaultSeed.quota,
  };
}

/** Prefix of every tag that belongs to Switchyard. */
export const TAG_PREFIX = 'switchyard.';

/** Tags of Azure ML resources that Switchyard writes. The unprefixed ones are the field's own habit. */
export const tagNames = {
  circuit: 'switchyard.circuit',
  /** Digest of everything that decides what training produces: a release finds its model by it. */
  fingerprint: 'switchyard.fingerprint',
  /** Digest of the model's files. */
  contentDigest: 'switchyard.content-digest',
  job: 'switchyard.job',
  run: 'switchyard.run',
  verdictDigest: 'switchyard.verdict-digest',
  configHash: 'switchyard.config-hash',
  model: 'switchyard.model',
  role: 'switchyard.role',
  createdBy: 'switchyard.created-by',
  rollout: 'switchyard.rollout',
  phase: 'switchyard.phase',
  base: 'switchyard.base',
  target: 'switchyard.target',
  since: 'switchyard.since',
  lastKnownGood: 'switchyard.lkg',
  deny: 'switchyard.deny',
  branch: 'branch',
  commit: 'commit',
  comparisonRun: 'comparison_run',
  cutoffDate: 'cutoff_date',
  packageVersion: 'package_version',
  registryReady: 'registry-ready',
  productionReady: 'production-ready',
} as const;

import type { Circuit, Config } from '@switchyard/config';
import type { ChangedCircuit, ChangeReason } from '@switchyard/documents';
import { findCircuits } from './find-circuits.ts';
import { createPathMatcher } from './path-matcher.ts';
import { dataPatterns, sharedPatterns } from './training-inputs.ts';

/** Longest list of paths kept for a circuit; a change of the whole repository need not be repeated for each. */
const PATHS_KEPT = 20;

const reasonOrder: readonly ChangeReason[] = [
  'new-circuit',
  'circuit-config',
  'circuit-data',
  'shared-code',
  'environment-change',
  'requested',
];

export interface DetectionRequest {
  /** Paths that differ between base and head; a moved file counts at both places. */
  readonly changedPaths: readonly string[];
  /** Every path of head. */
  readonly allPaths: readonly string[];
  readonly circuits: readonly Circuit[];
  /** Circuits of base, to tell new and removed ones by name; null when base was not read. */
  readonly circuitsAtBase: readonly Pick<Circuit, 'name' | 'file'>[] | null;
  readonly config: Config;
  /** `version` of the environment file on both sides; null where there is no file, or where base was not read. */
  readonly environmentVersion: { readonly base: string | null; readonly head: string | null };
  /** Folder of the job's code; see `fingerprintInputs`. */
  readonly code?: string | undefined;
}

export interface Detection {
  readonly circuits: ChangedCircuit[];
  /** Names, sorted. */
  readonly unchanged: string[];
  /** Names of circuits that base had; their files' paths when `circuitsAtBase` is null. */
  readonly removed: string[];
}

/** Decides which circuits a change affects, and why. Sorted by name. */
export function detectChanged(request: DetectionRequest): Detection {
  const findings = findReasons(request);
  const sorted = [...request.circuits].sort((a, b) => compareText(a.name, b.name));
  return {
    circuits: sorted.flatMap((circuit) => changedCircuit(circuit, findings.get(circuit.name))),
    unchanged: sorted.filter((circuit) => !findings.has(circuit.name)).map((circuit) => circuit.name),
    removed: findRemoved(request),
  };
}

type Finding = Map<ChangeReason, Set<string>>;

interface Owner {
  readonly circuit: string | null;
  readonly reason: ChangeReason;
}

function findReasons(request: DetectionRequest): Map<string, Finding> {
  const { circuits, config, circuitsAtBase } = request;
  const findings = new Map<string, Finding>();
  const names = circuits.map((circuit) => circuit.name);
  const matcher = createPathMatcher(patternsOf(request));
  for (const path of request.changedPaths) {
    for (const { circuit, reason } of matcher.match(path)) {
      for (const name of circuit === null ? names : [circuit]) note(findings, name, { reason, path });
    }
  }
  if (config.circuits.environment !== undefined && isEnvironmentChanged(request)) {
    for (const name of names) note(findings, name, { reason: 'environment-change', path: config.circuits.environment });
  }
  const before = circuitsAtBase === null ? undefined : new Set(circuitsAtBase.map((circuit) => circuit.name));
  for (const { name, file } of circuits) {
    if (before && !before.has(name)) note(findings, name, { reason: 'new-circuit', path: file });
  }
  return findings;
}

/** Where base was not read, its version is unknown, and a change of the file has to count as a change of version. */
function isEnvironmentChanged({ config, changedPaths, circuitsAtBase, environmentVersion }: DetectionRequest): boolean {
  const unread = circuitsAtBase === null && environmentVersion.base === null;
  if (unread) return config.circuits.environment !== undefined && changedPaths.includes(config.circuits.environment);
  return environmentVersion.base !== environmentVersion.head;
}

function patternsOf({ circuits, config, code }: DetectionRequest): { pattern: string; owner: Owner }[] {
  const shared: Owner = { circuit: null, reason: 'shared-code' };
  const patterns = sharedPatterns(config, code).map((pattern) => ({ pattern, owner: shared }));
  for (const circuit of circuits) {
    patterns.push({ pattern: circuit.file, owner: { circuit: circuit.name, reason: 'circuit-config' } });
    const data: Owner = { circuit: circuit.name, reason: 'circuit-data' };
    patterns.push(...dataPatterns(circuit).map((pattern) => ({ pattern, owner: data })));
  }
  return patterns;
}

function note(
  findings: Map<string, Finding>,
  name: string,
  { reason, path }: { reason: ChangeReason; path: string },
): void {
  const finding: Finding = findings.get(name) ?? new Map<ChangeReason, Set<string>>();
  const paths = finding.get(reason) ?? new Set<string>();
  findings.set(name, finding.set(reason, paths.add(path)));
}

function changedCircuit(circuit: Circuit, finding: Finding | undefined): ChangedCircuit[] {
  if (!finding) return [];
  const reasons = reasonOrder.filter((reason) => finding.has(reason));
  // Own files come before shared ones, so that the cut loses the least telling paths.
  const paths = new Set(reasons.flatMap((reason) => [...(finding.get(reason) ?? [])].sort(compareText)));
  return [{ circuit: circuit.name, file: circuit.file, reasons, paths: [...paths].slice(0, PATHS_KEPT) }];
}

function findRemoved({ changedPaths, allPaths, circuits, circuitsAtBase, config }: DetectionRequest): string[] {
  if (circuitsAtBase !== null) {
    const names = new Set(circuits.map((circuit) => circuit.name));
    return circuitsAtBase
      .map((circuit) => circuit.name)
      .filter((name) => !names.has(name))
      .sort(compareText);
  }
  const present = new Set(allPaths);
  return findCircuits(changedPaths, config).filter((path) => !present.has(path));
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

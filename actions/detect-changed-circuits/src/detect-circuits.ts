import { detectChanged, findCircuits, requestedCircuits } from '@switchyard/circuits';
import { type Circuit, parseCircuit, parseEnvironmentFile } from '@switchyard/config';
import type { ChangedCircuit, ChangedCircuits } from '@switchyard/documents';
import { isSwitchyardError, type Logger, SwitchyardErrors } from '@switchyard/domain';
import { compareChangedPaths } from '@switchyard/github';
import type { Project } from '@switchyard/project';
import type { Base } from './find-base.ts';

interface Request {
  readonly requested: readonly string[];
  readonly head: string;
  readonly configFile: string;
  readonly findBase: () => Promise<Base>;
  readonly compare: { readonly token: string | undefined; readonly apiUrl: string; readonly repository: string };
  readonly logger: Logger;
}

/** Which circuits to work on, and why: the requested ones, all of them without a base, else the changed ones. */
export async function detectCircuits(project: Project, request: Request): Promise<ChangedCircuits> {
  const { head } = request;
  if (request.requested.length > 0) {
    const wanted = request.requested.includes('ALL') ? 'ALL' : request.requested;
    return listed(project, {
      base: null,
      head,
      source: 'requested',
      circuits: requestedCircuits(wanted, project.circuits),
    });
  }
  const base = await request.findBase();
  if (base === null) {
    request.logger.info('The event knows no earlier commit: every circuit is new.');
    return listed(project, { base, head, source: 'all-circuits', circuits: project.circuits.map(asNew) });
  }
  const { paths, source } = await changedPaths(project, base, request);
  request.logger.info(`${paths.length} paths differ between ${base.slice(0, 12)} and ${head.slice(0, 12)}`);
  const hasBase = source === 'git-diff';
  const changes = detectChanged({
    changedPaths: paths,
    allPaths: project.files.map((file) => file.path),
    circuits: project.circuits,
    circuitsAtBase: hasBase ? await circuitsAt(project, base, paths) : null,
    config: project.config,
    environmentVersion: {
      base: hasBase ? await environmentVersionAt(project, base) : null,
      head: project.environmentVersion,
    },
  });
  return { schema: 'switchyard/changed-circuits/v1', base, head, source, ...changes };
}

function listed(
  project: Project,
  parts: Pick<ChangedCircuits, 'base' | 'head' | 'source' | 'circuits'>,
): ChangedCircuits {
  const chosen = new Set(parts.circuits.map((circuit) => circuit.circuit));
  const unchanged = project.circuits.map((circuit) => circuit.name).filter((name) => !chosen.has(name));
  return { schema: 'switchyard/changed-circuits/v1', ...parts, unchanged, removed: [] };
}

function asNew(circuit: Circuit): ChangedCircuit {
  return { circuit: circuit.name, file: circuit.file, reasons: ['new-circuit'], paths: [circuit.file] };
}

/** Git first; a shallow clone fetches the base; where that is refused, GitHub's compare API is asked. */
async function changedPaths(
  project: Project,
  base: string,
  { head, compare, logger }: Request,
): Promise<{ paths: readonly string[]; source: 'git-diff' | 'compare-api' }> {
  const { repository } = project;
  try {
    if (!(await repository.hasCommit(base))) await repository.fetchCommit(base);
    return { paths: await repository.changedPaths(base, head), source: 'git-diff' };
  } catch (error) {
    if (!isSwitchyardError(error) || compare.token === undefined || compare.repository === '') throw error;
    logger.info(`${error.message}; asking the compare API instead`);
    const paths = await compareChangedPaths({ ...compare, token: compare.token, base, head });
    return { paths, source: 'compare-api' };
  }
}

/** The circuits of the base: those whose file did not change are the same as now, only the others are read. */
async function circuitsAt(project: Project, base: string, changed: readonly string[]): Promise<Circuit[]> {
  const unread = new Set(changed);
  const found = project.circuits.filter((circuit) => !unread.has(circuit.file));
  for (const file of findCircuits(changed, project.config)) {
    const text = await project.repository.readFile(base, file);
    if (text === undefined) continue;
    try {
      found.push(parseCircuit(text, file));
    } catch (error) {
      // It could not be read at the base, so nothing was trained from it: it counts as new.
      if (!(error instanceof SwitchyardErrors)) throw error;
    }
  }
  return found;
}

async function environmentVersionAt(project: Project, base: string): Promise<string | null> {
  const file = project.config.circuits.environment;
  if (file === undefined) return null;
  const text = await project.repository.readFile(base, file);
  return text === undefined ? null : parseEnvironmentFile(text, file).version;
}

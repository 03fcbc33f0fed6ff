// `switchyard compile` against the official Python SDK: the same az ml documents, the same REST bodies.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareFolder, corpusFolder } from '../differential/run.mjs';
import { installPython, pythonProgram } from './python.mjs';

/** A client of the conformance table; every document that both sides compile counts as one check. */
export function differentialClient() {
  const run = async (folder) => {
    const { rows, table, share, wrong } = await compareFolder({ folder: corpusFolder(), python: pythonProgram });
    for (const { file, kind, verdict, reason } of rows) {
      if (['different', 'crashed', 'changed'].includes(verdict))
        console.log(`${verdict}  ${kind}  ${file}\n    ${reason}`);
    }
    console.table(table);
    const equal = rows.filter(({ verdict }) => verdict === 'equal');
    console.log(`${(share * 100).toFixed(1)} % of the compiled documents equal, ${wrong} different`);
    const calls = equal.map(({ kind, file }) => ({ group: 'compile', operation: kind, test: file }));
    writeFileSync(
      join(folder, 'differential.json'),
      JSON.stringify({ client: 'azure-ai-ml', version: 'load_*', calls }),
    );
    return { passed: equal.length, failed: wrong, failedTests: [] };
  };
  return { missing: installPython, run };
}

import { spawnSync } from 'node:child_process';

/**
 * Median wall time in milliseconds of each case, process start included. All cases run once per round, so that what
 * else the machine does meets all of them alike. A case: `{ name, command, args, env, cwd, expect }`, where `expect`
 * gets `{ status, stdout }` and says what was expected when it is not what was seen.
 */
export function measure(cases, { warmUps, rounds }) {
  const times = new Map(cases.map(({ name }) => [name, []]));
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const each of cases) {
      const started = performance.now();
      const { status, stdout, stderr } = spawnSync(each.command, each.args, {
        cwd: each.cwd,
        env: each.env,
        encoding: 'utf8',
      });
      const milliseconds = performance.now() - started;
      const wrong = each.expect?.({ status, stdout });
      if (wrong) throw new Error(`BENCH_CASE_FAILED: ${each.name}: exit code ${status}; ${wrong}\n${stdout}${stderr}`);
      if (round >= 0) times.get(each.name).push(milliseconds);
    }
  }
  return new Map([...times].map(([name, list]) => [name, median(list)]));
}

export function median(list) {
  const sorted = list.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

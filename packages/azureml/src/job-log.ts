import { errorText } from '@switchyard/domain';
import { readRunDetails } from './run-history.ts';
import type { WorkspaceScope } from './scope.ts';

/** Logs worth following, as `az ml job stream` chooses them. */
const streamed = /^user_logs\/std_log[\D]*0*(?:_ps)?\.txt$/;
const fallback = /^azureml-logs\/\d{2}.+\.txt$/;

/** Prints the lines of a running job's logs that were not printed yet. */
export class JobLog {
  readonly #scope: WorkspaceScope;
  readonly #job: string;
  readonly #onLog: (line: string) => void;
  readonly #printed = new Map<string, number>();
  #hasWarned = false;

  constructor(scope: WorkspaceScope, job: string, onLog: (line: string) => void) {
    this.#scope = scope;
    this.#job = job;
    this.#onLog = onLog;
  }

  /** @param isEnd The last line counts even without a line break. */
  async follow(isEnd: boolean, signal?: AbortSignal): Promise<void> {
    try {
      const details = await readRunDetails(this.#scope, this.#job, signal);
      const files = Object.entries(details?.logFiles ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
      const wanted = files.filter(([path]) => streamed.test(path));
      for (const [path, url] of wanted.length > 0 ? wanted : files.filter(([path]) => fallback.test(path))) {
        await this.#print({ path, url, isEnd, signal });
      }
      if (isEnd) for (const warning of details?.warnings ?? []) this.#onLog(`warning: ${warning}`);
    } catch (error) {
      signal?.throwIfAborted();
      // A job is judged by its status; a log that cannot be read must not fail it.
      if (!this.#hasWarned)
        this.#scope.session.logger.warning(`the log of job "${this.#job}" cannot be read: ${errorText(error)}`);
      this.#hasWarned = true;
    }
  }

  async #print(log: { path: string; url: string; isEnd: boolean; signal: AbortSignal | undefined }): Promise<void> {
    const { path, url, isEnd, signal } = log;
    const what = `read ${path} of job "${this.#job}"`;
    const answer = await this.#scope.session.transport.send({
      method: 'GET',
      url,
      what,
      audience: 'none',
      accept: [404],
      signal,
    });
    if (answer.status === 404) return;
    const lines = answer.text.split(/\r?\n/);
    const rest = lines.pop() ?? '';
    if (isEnd && rest !== '') lines.push(rest);
    for (const line of lines.slice(this.#printed.get(path) ?? 0)) this.#onLog(line);
    this.#printed.set(path, Math.max(lines.length, this.#printed.get(path) ?? 0));
  }
}

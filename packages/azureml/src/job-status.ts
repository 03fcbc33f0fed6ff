/** One status of an Azure ML job. */
export interface JobStatusRow {
  /** `after-grace`: may recover, counts as the end when it stays so. */
  readonly terminal: boolean | 'after-grace';
  /** True when the job did what it was asked for. */
  readonly ok: boolean;
  readonly meaning: string;
}

/** All fourteen statuses of the REST contract. The az CLI ends its stream without an error for all but Failed; here only Completed is good. */
export const jobStatuses = {
  NotStarted: { terminal: false, ok: false, meaning: 'created, not started' },
  Starting: { terminal: false, ok: false, meaning: 'accepted by the service' },
  Provisioning: { terminal: false, ok: false, meaning: 'the compute is being made' },
  Preparing: { terminal: false, ok: false, meaning: 'the environment is being built' },
  Queued: { terminal: false, ok: false, meaning: 'waits for the compute' },
  Running: { terminal: false, ok: false, meaning: 'the command runs' },
  Finalizing: { terminal: false, ok: false, meaning: 'outputs are being stored' },
  CancelRequested: { terminal: false, ok: false, meaning: 'somebody asked to cancel it' },
  Completed: { terminal: true, ok: true, meaning: 'done' },
  Failed: { terminal: true, ok: false, meaning: 'the command or the service failed' },
  Canceled: { terminal: true, ok: false, meaning: 'somebody canceled it' },
  NotResponding: { terminal: 'after-grace', ok: false, meaning: 'the compute sends no sign of life; it may come back' },
  Paused: { terminal: true, ok: false, meaning: 'paused; nothing resumes it by itself' },
  Unknown: { terminal: 'after-grace', ok: false, meaning: 'the service cannot tell' },
} as const satisfies Readonly<Record<string, JobStatusRow>>;

export type JobStatus = keyof typeof jobStatuses;

/** The status word; words of later contracts read as Unknown. */
export function parseJobStatus(text: string | undefined): JobStatus {
  const names = Object.keys(jobStatuses) as JobStatus[];
  return names.find((name) => name.toLowerCase() === text?.toLowerCase()) ?? 'Unknown';
}

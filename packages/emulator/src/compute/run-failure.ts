/** Failure of a run as run history reports it. */
export class RunFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'RunFailure';
    this.code = code;
  }
}

/** How a job ends whose run the emulator could not finish. */
export const interruption = new RunFailure('JobInterrupted', 'The emulator stopped while the job was running.');

/** Time as the emulator sees it. `now` is the machine's time; waits are divided by the time scale. */
export interface Clock {
  now(): Date;
  /** Wait this many virtual milliseconds. */
  wait(milliseconds: number): Promise<void>;
}

/** The machine's clock; `timeScale` 10 makes every wait ten times shorter. */
export function systemClock(timeScale: number): Clock {
  return {
    now: () => new Date(),
    wait: (milliseconds) =>
      new Promise((resolve) => {
        setTimeout(resolve, Math.max(0, milliseconds / timeScale));
      }),
  };
}

/** Whole seconds as ISO 8601: 5400 is `PT5400S`. */
export function secondsToIso(seconds: number): string {
  return `PT${seconds}S`;
}

/** Milliseconds as ISO 8601: 500 is `PT0.5S`, 5000 is `PT5S`. */
export function millisecondsToIso(milliseconds: number): string {
  return `PT${milliseconds / 1000}S`;
}

/** Variables of this machine that every step gets; everything else of the shell stays outside. */
const inherited = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];

/** The base environment of steps: the few variables of this machine that programs need, then `extra`. */
export function stepEnvironment(extra: Readonly<Record<string, string>>): Record<string, string> {
  const own = inherited.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(own), ...extra };
}

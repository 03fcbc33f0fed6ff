// GitHub's workflow packages import JSON without an import attribute. Bundlers accept that; plain Node does not.
// Plain JavaScript, so that a launcher can use it before anything is compiled. Node 20 and later.
import * as module from 'node:module';

const source = `
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  return found.url.endsWith('.json') ? { ...found, importAttributes: { ...found.importAttributes, type: 'json' } } : found;
}
`;

let registered = false;

/** Lets this process import JSON files without `with { type: 'json' }`. Call it before importing `@switchyard/workflow`. */
export function registerJsonImports() {
  if (registered) return;
  registered = true;
  if (typeof module.registerHooks === 'function') {
    module.registerHooks({
      resolve(specifier, context, next) {
        const found = next(specifier, context);
        if (!found.url.endsWith('.json')) return found;
        return { ...found, importAttributes: { ...found.importAttributes, type: 'json' } };
      },
    });
  } else {
    module.register(`data:text/javascript,${encodeURIComponent(source)}`);
  }
}

/** Lets this process import JSON files without `with { type: 'json' }`. Call it before importing `@switchyard/workflow`. */
export function registerJsonImports(): void;

export { type CompileInput, compileDocument } from './compile.ts';
export type * from './document.ts';
export type { JsonObject, JsonValue } from './json.ts';
export { isEndpointName } from './name.ts';
export { normalizePath, pathFromDocument, resolveFromDocument } from './path.ts';
export { fillUploads } from './placeholder.ts';
export type { YamlErrorCode } from './problems.ts';

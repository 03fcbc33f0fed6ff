export { type CompileInput, compileDocument, kindOf } from './compile.ts';
export type * from './document.ts';
export { resourceId } from './draft.ts';
export type { JsonObject, JsonValue } from './json.ts';
export { isEndpointName } from './name.ts';
export { normalizePath, pathFromDocument, resolveFromDocument } from './path.ts';
export { fillBody, fillUploads } from './placeholder.ts';
export type { YamlErrorCode } from './problems.ts';

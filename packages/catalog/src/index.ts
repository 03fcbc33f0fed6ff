export { type ActionField, type ActionInput, type ActionMetadata, parseAction } from './action-metadata.ts';
export { checkMetadata, type MetadataRequest } from './check-metadata.ts';
export { insertApiTables, renderApiTables, renderCatalog } from './render-catalog.ts';

export { type CompareRequest, compareChangedPaths } from './compare.ts';

export { isZeroSha, openRepository, type Repository, type TreeEntry } from './repository.ts';

export * from './clock.ts';
export * from './error.ts';
export * from './logger.ts';
export * from './status.ts';
export * from './tags.ts';
export * from './traffic.ts';

export * from './circuit.ts';
export * from './deployment.ts';
export * from './document.ts';
export * from './evaluation.ts';
export * from './promotion.ts';
export * from './training-report.ts';
export * from './verdict.ts';

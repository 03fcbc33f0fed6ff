export { type Detection, type DetectionRequest, detectChanged } from './detect-changed.ts';
export { assertDistinct, findCircuits } from './find-circuits.ts';
export { createPathMatcher, type PathMatcher } from './path-matcher.ts';
export { requestedCircuits, selectCircuits } from './select-circuits.ts';
export { type FingerprintRequest, fingerprintInputs, fingerprintOf } from './training-inputs.ts';

export { evaluateGate, type GateRequest, type GateResult } from './evaluate-gate.ts';
export { type Contender, needsRescoring } from './same-data.ts';

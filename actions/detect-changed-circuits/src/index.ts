import { runAction } from '@switchyard/action-kit';
import { detectChangedCircuits } from './main.ts';

await runAction(detectChangedCircuits);

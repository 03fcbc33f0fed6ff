import { runAction } from '@switchyard/action-kit';
import { blueGreenDeploy } from './main.ts';

await runAction(blueGreenDeploy);

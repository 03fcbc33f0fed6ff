// biome-ignore-all lint/style/noProcessEnv: a test action reads what the runner gives it
import { appendFileSync } from 'node:fs';
import { env } from 'node:process';

appendFileSync(env.GITHUB_STATE, 'main=seen\n');
console.log(`main ${env.INPUT_NAME} pre=${env.STATE_pre}`);

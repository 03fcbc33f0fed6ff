// biome-ignore-all lint/style/noProcessEnv: a test action reads what the runner gives it
import { env } from 'node:process';

console.log(`post ${env.INPUT_NAME} pre=${env.STATE_pre} main=${env.STATE_main}`);

// biome-ignore-all lint/style/noProcessEnv: a test action reads what the runner gives it
import { appendFileSync } from 'node:fs';
import { env } from 'node:process';

const greeting = `Hello ${env['INPUT_FIRST-NAME']} on ${env.INPUT_BRANCH}`;
appendFileSync(env.GITHUB_OUTPUT, `greeting<<END\n${greeting}\nsecond = line\nEND\n`);
appendFileSync(env.GITHUB_STATE, `greeted=${env['INPUT_FIRST-NAME']}\n`);
appendFileSync(env.GITHUB_ENV, 'GREETED<<XX\nyes=1\nno\nXX\n');
appendFileSync(env.GITHUB_STEP_SUMMARY, `# ${greeting}\n`);
console.log('::notice file=a.py,line=3,col=7,title=Greeting::said%0Ahello');
console.log(`cwd ${process.cwd() === env.GITHUB_WORKSPACE}`);

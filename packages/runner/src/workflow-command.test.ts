import { describe, expect, it } from '@jest/globals';
import { parseWorkflowCommand } from './workflow-command.ts';

describe('parseWorkflowCommand', () => {
  it.each([
    ['::notice::hello', { name: 'notice', properties: {}, data: 'hello' }],
    ['  ::Error file=a.py,line=3::x::y', { name: 'error', properties: { file: 'a.py', line: '3' }, data: 'x::y' }],
    ['::warning title=a%3Ab%2Cc::l1%0Al2 %25', { name: 'warning', properties: { title: 'a:b,c' }, data: 'l1\nl2 %' }],
    ['::group::', { name: 'group', properties: {}, data: '' }],
    ['::error file=C:\\x,line=1::m', { name: 'error', properties: { file: 'C:\\x', line: '1' }, data: 'm' }],
  ])('%s', (line, command) => {
    expect(parseWorkflowCommand(line)).toEqual(command);
  });

  it.each(['plain', ':: notice::x', 'a ::notice::x', '::notice', '::::'])('%s is no command', (line) => {
    expect(parseWorkflowCommand(line)).toBeUndefined();
  });
});

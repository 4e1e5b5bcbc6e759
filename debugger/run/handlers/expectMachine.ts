/** Expectations about the machine: registers, memory, owners, event queues, isolation, conditions. */
import { equal, fromNumber, hex } from '../../../emulator/bits/u64.ts';
import type { Expression } from '../../expression/ast.ts';
import { evaluate, evaluateCondition } from '../../expression/evaluate.ts';
import { textOf } from '../../expression/value.ts';
import { mismatch, ok, smmuOf, type Act, type Handler } from '../act.ts';
import { unusable } from '../arguments.ts';
import { dataArgument, dataText, sameBytes } from '../data.ts';
import { loadBytes, targetOf } from '../memory.ts';
import { likelyCause } from '../cause.ts';
import { eventQueueOf, nextRecord } from '../eventQueue.ts';
import { expectedFields, recordText, wrongFields } from '../records.ts';
import { registerValue } from './registers.ts';

const ADDRESS_SPACE = 2 ** 52;

const register: Handler = (act) => {
  const name = act.args.word('register');
  const [expected, actual] = [act.args.wide('value'), registerValue(smmuOf(act), name)];
  return equal(expected, actual) ? ok(`${name} is ${hex(actual)}`) : mismatch(`${name} has another value`, { expected: hex(expected), actual: hex(actual) });
};

const memory: Handler = (act) => {
  const address = act.args.number('address', ADDRESS_SPACE);
  const expected = dataArgument(act.args, 'data', act.args.choice('size', 8));
  const actual = loadBytes(targetOf(act), address, expected.length);
  if (actual === undefined) return mismatch(`no memory answers at ${hex(fromNumber(address))}`, { expected: dataText(expected), actual: 'no memory' });
  return sameBytes(expected, actual) ? ok(dataText(actual)) : mismatch('memory holds something else', { expected: dataText(expected), actual: dataText(actual) });
};

const owner: Handler = (act) => {
  const { system, args } = act;
  const address = args.number('address', ADDRESS_SPACE);
  const name = args.word('owner');
  const actual = system.machine.owners.at(address);
  const isIt = name === 'none' ? actual === undefined : actual === (system.ownerNames.get(name) ?? name);
  return isIt ? ok(`${hex(fromNumber(address))} belongs to ${actual ?? 'nobody'}`) : mismatch('it belongs to somebody else', { expected: name, actual: actual ?? 'none' });
};

const event: Handler = (act) => {
  const name = act.args.word('event');
  const queue = eventQueueOf(act);
  const words = nextRecord(act, queue);
  if (name === 'none') {
    return words === undefined ? ok('no further record') : mismatch('there is a record', { expected: 'no further record', actual: recordText(words) });
  }
  const fields = expectedFields(act, name);
  const expected = [name, ...fields.map((f) => `${f.name}=${hex(f.value)}`)].join(' ');
  if (words === undefined) return mismatch('there is no further record in the event queue', { expected, actual: 'no record' });
  const actual = recordText(words, fields);
  if (!actual.startsWith(name)) return mismatch('the next record is another one', { expected, actual: recordText(words) });
  const wrong = wrongFields(words, fields);
  return wrong.length === 0 ? ok(recordText(words)) : mismatch(`${wrong.join(', ')} of the record ${wrong.length === 1 ? 'differs' : 'differ'}`, { expected, actual });
};

function violations({ system }: Act): readonly string[] {
  const { hypervisor } = system;
  if (hypervisor === undefined) return unusable('isolation is watched where there is a hypervisor: here one kernel owns everything');
  return hypervisor.runtime.monitor.violations.map((v) => v.sentence);
}

const isolated: Handler = (act) => {
  const found = violations(act);
  return found.length === 0 ? ok('isolated') : mismatch('a device reached what it should not', { expected: 'isolated', actual: found.join('\n') }, likelyCause(act, 'faults'));
};

const violation: Handler = (act) => {
  const found = violations(act);
  const text = act.args.optionalWord('text') ?? '';
  const met = found.find((sentence) => sentence.includes(text));
  if (met !== undefined) return ok(met);
  return mismatch(found.length === 0 ? 'everything stayed isolated' : 'no violation is of that kind', { expected: `a violation${text === '' ? '' : `: ${text}`}`, actual: found.length === 0 ? 'isolated' : found.join('\n') });
};

const crash: Handler = ({ system }) => {
  const why = (system.hypervisor ?? unusable('there is no hypervisor that could crash')).runtime.crash;
  return why === undefined ? mismatch('the hypervisor runs', { expected: 'a crash', actual: 'no crash' }) : ok(why);
};

const condition: Handler = (act) => {
  const value = act.args.value('condition');
  if (value?.kind !== 'expression') return unusable('the condition is missing');
  const result = evaluateCondition(value.expression, act.scope);
  if (!result.ok) return unusable(result.message);
  if (result.value) return ok('holds');
  return mismatch('the condition does not hold', sidesOf(act, value.expression));
};

/** Both sides of a comparison, so that people see by how much it failed. */
function sidesOf(act: Act, expression: Expression): { readonly expected: string; readonly actual: string } {
  if (expression.kind !== 'binary' || !/^[=!<>]=?$/.test(expression.operator)) return { expected: 'anything but 0', actual: '0' };
  const [left, right] = [expression.left, expression.right].map((side) => {
    const result = evaluate(side, act.scope);
    return result.ok ? textOf(result.value) : '?';
  });
  const sign = expression.operator === '==' ? '' : `${expression.operator} `;
  return { expected: `${sign}${right ?? '?'}`, actual: left ?? '?' };
}

/** The handlers of expectations about the machine. */
export const MACHINE_HANDLERS: Readonly<Record<string, Handler>> = {
  'expect.register': register, 'expect.memory': memory, 'expect.owner': owner, 'expect.event': event, 'expect.isolated': isolated,
  'expect.violation': violation, 'expect.crash': crash, expect: condition,
};

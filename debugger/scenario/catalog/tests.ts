/** Expectations, and what is neither an action nor an expectation. */
import { DATA, fieldsOf, keyword, maybe, nameOf, needed, NUMBER, option, rowsOf, sign, TEXT } from './verb.ts';

const test = rowsOf('test');
const other = rowsOf('other');

export const TEST_VERBS = [
  test('expect.pa', 'The last DMA reached this physical address.', { parameters: [needed('address', NUMBER, 'Physical address of its first byte.')], example: 'expect pa 0x48000040' }),
  test('expect.data', 'The last DMA or register read gave this.', { parameters: [needed('data', DATA, 'A text, or a number of as many bytes as were read.')], example: 'expect data "hello"' }),
  test('expect.fault', 'The last DMA ended in this event, with these fields in its record.', {
    parameters: [needed('event', nameOf('event', ['none']), 'Name of the event; `none` where it must not fault.'), maybe('fields', fieldsOf('event'), 'Fields of the record with their values.')],
    example: 'expect fault F_TRANSLATION StreamID=8 S2=0',
  }),
  test('expect.stall', 'The last DMA waits for `resume`.', { example: 'expect stall' }),
  test('expect.register', 'A register, or one of its fields, has this value.', {
    parameters: [needed('smmu', nameOf('smmu'), 'The SMMU.'), needed('register', { kind: 'name', of: 'register', withField: true }, 'Name of the register, of one of its fields as `REGISTER.FIELD`, or an offset such as `0x1000`.'), needed('value', NUMBER, 'The value.')],
    example: 'expect register smmu0 CR0ACK.SMMUEN 1',
  }),
  test('expect.memory', 'Memory holds this.', {
    parameters: [needed('address', NUMBER, 'Physical address.'), needed('data', DATA, 'A text, or a number.')],
    options: [option('size', keyword('1', '2', '4', '8'), 'Bytes of a number; 8 where left out.')],
    example: 'expect memory 0x48000040 "hello"',
  }),
  test('expect.owner', 'A page belongs to somebody.', {
    parameters: [needed('address', NUMBER, 'Physical address.'), needed('owner', nameOf('owner', ['host', 'hypervisor', 'none']), 'A domain, `host`, `hypervisor` or `none`.')],
    example: 'expect owner 0x48000000 domd',
  }),
  test('expect.event', 'The next record of the event queue that no expectation has looked at is this one.', {
    parameters: [needed('event', nameOf('event', ['none']), 'Name of the event; `none` where there is none left.'), maybe('fields', fieldsOf('event'), 'Fields of the record with their values.')],
    options: [option('smmu', nameOf('smmu'), 'Whose event queue; the only one where left out.')],
    example: 'expect event C_BAD_STE StreamID=8',
  }),
  test('expect.ok', 'The last action did what it was asked for.', { example: 'expect ok' }),
  test('expect.refused', 'The last action was refused.', { parameters: [maybe('text', TEXT, 'What the refusal must contain.')], example: 'expect refused "-EPERM"' }),
  test('expect.isolated', 'So far no access has reached memory that its domain does not own, or that its guest has not given to the device.', { example: 'expect isolated' }),
  test('expect.violation', 'An access has reached memory that its domain does not own, or that its guest has not given to the device.', { parameters: [maybe('text', TEXT, 'What the description must contain.')], example: 'expect violation' }),
  test('expect.crash', 'The hypervisor has stopped for good.', { example: 'expect crash' }),
  test('expect', 'A condition holds.', { parameters: [needed('condition', { kind: 'rest' }, 'An expression; anything but 0 holds.')], example: 'expect ste(8).Config == 5' }),
];

export const OTHER_VERBS = [
  other('let', 'Gives a name to a value, as it is now.', {
    parameters: [needed('name', { kind: 'variable' }, 'The name.'), sign('='), needed('value', { kind: 'rest' }, 'An expression.')],
    example: 'let table = ste(8).S1ContextPtr',
  }),
  other('echo', 'Prints a line. `{EXPR}` is replaced by the value of the expression.', {
    parameters: [needed('text', { kind: 'template' }, 'The line.')],
    example: 'echo "CR0 is {smmu0.CR0}"',
  }),
];

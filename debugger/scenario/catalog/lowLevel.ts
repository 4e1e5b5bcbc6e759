/** Actions on registers, memory, structures and queues: what no driver would do, and what a driver does in detail. */
import { DATA, fieldsOf, keyword, maybe, nameOf, needed, NUMBER, option, rowsOf } from './verb.ts';

const low = rowsOf('low-level');

const SMMU = needed('smmu', nameOf('smmu'), 'The SMMU.');
const REGISTER = needed('register', nameOf('register'), 'Name of the register, or an offset such as `0x1000` for what has none.');
const ADDRESS = needed('address', NUMBER, 'Physical address.');

export const LOW_LEVEL_VERBS = [
  low('write', 'Writes a register.', {
    parameters: [SMMU, REGISTER, needed('value', NUMBER, 'The value.')],
    options: [option('size', keyword('4', '8'), 'Bytes of the access; the width of the register where left out, and 4 at an offset without one.')],
    example: 'write smmu0 CR0 0xd',
  }),
  low('read', 'Reads a register; the value is in `last.data`.', {
    parameters: [SMMU, REGISTER],
    options: [option('size', keyword('4', '8'), 'Bytes of the access; the width of the register where left out, and 4 at an offset without one.')],
    example: 'read smmu0 IDR0',
  }),
  low('poke', 'Writes memory, as a processor does.', {
    parameters: [ADDRESS, needed('data', DATA, 'A number, or a text.')],
    options: [option('size', keyword('1', '2', '4', '8'), 'Bytes of a number; 8 where left out.')],
    example: 'poke 0x48000000 0x12345678 size=4',
  }),
  low('fill', 'Fills memory with one byte.', {
    parameters: [ADDRESS, needed('size', NUMBER, 'Size in bytes.'), needed('value', NUMBER, 'The byte.')],
    example: 'fill 0x48000000 4K 0xff',
  }),
  low('ste', 'Changes fields of a stream table entry in memory; nothing is invalidated.', {
    parameters: [SMMU, needed('sid', NUMBER, 'StreamID.'), needed('fields', fieldsOf('STE'), 'Fields with their values.')],
    example: 'ste smmu0 8 Config=5 S1ContextPtr=0x48010000',
  }),
  low('cd', 'Changes fields of a context descriptor in memory; nothing is invalidated.', {
    parameters: [SMMU, needed('sid', NUMBER, 'StreamID.'), needed('ssid', NUMBER, 'SubstreamID; 0 for the context of traffic without one.'), needed('fields', fieldsOf('CD'), 'Fields with their values.')],
    example: 'cd smmu0 8 0 ASID=5',
  }),
  low('descriptor', 'Changes fields of a translation table descriptor in memory; nothing is invalidated.', {
    parameters: [ADDRESS, needed('fields', fieldsOf('descriptor'), 'Fields with their values.')],
    options: [
      option('stage', keyword('1', '2'), 'Whose fields; 1 where left out.'),
      option('level', keyword('0', '1', '2', '3'), 'Level of the table that it is in; 3 where left out.'),
    ],
    example: 'descriptor 0x48020018 AF=0',
  }),
  low('command', 'Puts a command into the command queue and moves PROD; the SMMU consumes it.', {
    parameters: [SMMU, needed('command', nameOf('command'), 'Name of the command, with or without `CMD_`, or an opcode such as `0xff`.'), maybe('fields', fieldsOf('command'), 'Fields with their values; others are 0.')],
    example: 'command smmu0 CMD_CFGI_STE StreamID=8 Leaf=1',
  }),
  low('consume', 'Lets the SMMU take commands from its queue.', {
    parameters: [SMMU, maybe('count', NUMBER, 'How many at most; all where left out.')],
    example: 'consume smmu0 1',
  }),
  low('settle', 'Lets the SMMU do everything that it still has to do: acknowledge enables, consume its queue.', { parameters: [SMMU], example: 'settle smmu0' }),
  low('resume', 'Answers a stalled transaction with `CMD_RESUME`.', {
    parameters: [SMMU, needed('stag', NUMBER, 'STAG of the event record.'), maybe('action', keyword('retry', 'abort', 'terminate'), 'What becomes of the transaction; `retry` where left out.')],
    example: 'resume smmu0 evtq[0].STAG retry',
  }),
  low('fail', 'Makes accesses to a range of memory end in an external abort from now on.', {
    parameters: [needed('base', NUMBER, 'Physical address of the first byte.'), needed('size', NUMBER, 'Size in bytes.'), maybe('access', keyword('read', 'write'), 'Which accesses; both where left out.')],
    example: 'fail 0x48010000 4K read',
  }),
  low('fail.off', 'Ends all injected aborts.', { example: 'fail off' }),
];

/** Registers and the command queue of an SMMU, as whoever acts reaches them. */
import { fromNumber, hex, toNumber, type U64 } from '../../../emulator/bits/u64.ts';
import { commandNamed, commandOf, encodeCommand } from '../../../emulator/fields/commands.ts';
import { registerAt, registerName, registerNamed, type Register } from '../../../emulator/fields/registers.ts';
import { getField } from '../../../emulator/fields/layout.ts';
import { storeWords } from '../../../emulator/hypervisor/memoryView.ts';
import { REG } from '../../../emulator/registers/store.ts';
import { cerrorName } from '../../../emulator/smmu/commands.ts';
import { FREE } from '../../../emulator/smmu/stalls.ts';
import { done, NO_DMA, ok, refused, smmuIndex, smmuOf, type Act, type Handler } from '../act.ts';
import { fieldOf, unusable } from '../arguments.ts';
import { bytesOf, holding } from '../data.ts';
import { fitting } from '../memory.ts';
import { plainCommand, registerOffset } from '../../scenario/names.ts';
import type { SmmuAccess } from '../../system/system.ts';
import type { UnitOutcome } from '../unit.ts';

const CERROR_SHIFT = 24;
const CERROR_MASK = 0x7f;

/** What of a register an access needs. */
type Place = Pick<Register, 'name' | 'offset' | 'width'>;

/** The register of a name or an offset; at an offset without one, 32 bits. */
function placeOf(word: string): Place {
  const offset = registerOffset(word);
  const found = offset === undefined ? registerNamed(word) : registerAt(offset);
  if (offset === undefined) return found ?? unusable(`there is no register ${word}`);
  return found?.offset === offset ? found : { name: registerName(offset), offset, width: 32 };
}

function sizeOf({ args }: Act, register: Place): 4 | 8 {
  return args.choice('size', register.width / 8) === 8 ? 8 : 4;
}

/** Whether the machine's own SMMU took the last register write: a guard may ignore it. */
function taken(act: Act, write: () => boolean): 'taken' | 'ignored' | 'abort' {
  const { machine } = act.system;
  const before = machine.observer;
  let isIgnored = false;
  machine.observer = {
    step: (step) => {
      before?.step(step);
      if (step.kind === 'register' && !step.isTaken) isIgnored = true;
    },
  };
  const isDone = write();
  machine.observer = before;
  return isDone ? (isIgnored ? 'ignored' : 'taken') : 'abort';
}

/** Range of CMD_CFGI_ALL. */
const EVERYTHING = 31;
/** A command by its number: what no command is stops the queue with CERROR_ILL. */
const OPCODE = /^0x[0-9a-f]{1,2}$/i;

/** Why an access aborts: a hypervisor that has stopped answers nobody. */
function abortText({ system }: Act, otherwise: string): string {
  const crash = system.hypervisor?.runtime.crash;
  return crash === undefined ? `data abort: ${otherwise}` : `the hypervisor has stopped: ${crash}`;
}

const write: Handler = (act) => {
  const register = placeOf(act.args.word('register'));
  const smmu = smmuOf(act);
  const size = sizeOf(act, register);
  const value = holding(act.args.wide('value'), size);
  const fate = taken(act, () => smmu.port.write(register.offset, size, value));
  if (fate === 'abort') return refused(act, abortText(act, `${smmu.name} takes no such write of ${register.name}`));
  const text = fate === 'taken' ? `${register.name} is written` : `${register.name} ignores the write now: it is read-only, or guarded by what is switched on`;
  act.memo = { ...act.memo, last: { ok: fate === 'taken', text } };
  return ok(text);
};

const read: Handler = (act) => {
  const register = placeOf(act.args.word('register'));
  const size = sizeOf(act, register);
  const value = smmuOf(act).port.read(register.offset, size);
  if (value === undefined) return refused(act, abortText(act, `${register.name} cannot be read`));
  const text = `${register.name} is ${hex(value)}`;
  act.memo = { ...act.memo, dma: { ...NO_DMA, data: bytesOf(value, size), value }, last: { ok: true, text } };
  return ok(text);
};

/** Puts a command into the queue: through the driver, which knows where the queue is, or as the registers say. */
function push(smmu: SmmuAccess, words: Uint32Array): boolean {
  const base = smmu.port.read(REG.CMDQ_BASE, 8);
  const prod = smmu.port.read(REG.CMDQ_PROD, 4);
  if (base === undefined || prod === undefined) return false;
  const log2 = Math.min(base.lo & 31, 19);
  const address = toNumber({ hi: base.hi & 0xf_ffff, lo: (base.lo & -32) >>> 0 });
  if (smmu.driver?.queue.base === address && address !== 0) {
    smmu.driver.queue.push([words]);
    return true;
  }
  const start = address - (address % Math.max(32, 16 * 2 ** log2));
  const next = (prod.lo + 1) % 2 ** (log2 + 1);
  return storeWords(smmu.memory, start + (prod.lo % 2 ** log2) * 16, words) && smmu.port.write(REG.CMDQ_PROD, 4, fromNumber(next));
}

/** Sends a command and says what the queue made of it. */
function send(act: Act, smmu: SmmuAccess, name: string, fields: Readonly<Record<string, U64 | number>>): UnitOutcome {
  const opcode = OPCODE.test(name) ? Number(name) : undefined;
  const words = opcode === undefined ? (encodeCommand(name, fields) ?? unusable(`there is no command ${name}`)) : Uint32Array.of(opcode, 0, 0, 0);
  if (!push(smmu, words)) return refused(act, `the command queue of ${smmu.name} cannot be written: set it up first`);
  const [gerror, gerrorn, cons] = [REG.GERROR, REG.GERRORN, REG.CMDQ_CONS].map((offset) => smmu.port.read(offset, 4)?.lo ?? 0);
  const isStopped = (((gerror ?? 0) ^ (gerrorn ?? 0)) & 1) !== 0;
  const error = ((cons ?? 0) >>> CERROR_SHIFT) & CERROR_MASK;
  const shown = opcode === undefined ? `CMD_${name}` : `opcode ${name}`;
  const text = isStopped ? `${shown}: the queue has stopped with CERROR ${error} (${cerrorName(error)})` : shown;
  act.memo = { ...act.memo, last: { ok: !isStopped, text }, ...(!isStopped && /^(?:CFGI|TLBI)/.test(name) ? { uninvalidated: undefined } : {}) };
  return ok(text);
}

const command: Handler = (act) => {
  const word = act.args.word('command');
  const known = OPCODE.test(word) ? commandOf([Number(word), 0, 0, 0])?.name : plainCommand(word);
  if (known === undefined) return act.args.has('fields') ? unusable(`opcode ${word} is no command, so it has no fields`) : send(act, smmuOf(act), word, {});
  const name = known;
  const { layout } = commandNamed(name) ?? unusable(`there is no command ${name}`);
  const fields = act.args.fields('fields');
  for (const [field, value] of fields) fitting(fieldOf(layout, field, `CMD_${name}`), value);
  const all = /^(?:CMD_)?CFGI_ALL$/i.test(word) ? { Range: EVERYTHING } : {};
  return send(act, smmuOf(act), name, { ...all, ...Object.fromEntries(fields) });
};

function takenText(count: number): string {
  return count === 1 ? '1 command taken' : `${count} commands taken`;
}

const consume: Handler = (act) => {
  const most = act.args.optionalNumber('count', 2 ** 32) ?? 2 ** 20;
  const count = act.system.machine.smmus[smmuIndex(act, undefined) ?? 0]?.consume(most) ?? unusable('there is no SMMU');
  return done(act, takenText(count));
};

const settle: Handler = (act) => {
  const smmu = act.system.machine.smmus[smmuIndex(act, undefined) ?? 0] ?? unusable('there is no SMMU');
  smmu.settle();
  return done(act, `settled, ${takenText(smmu.consume(2 ** 20))}`);
};

/** Ac and Ab of CMD_RESUME. */
const RESUME: Readonly<Record<string, { readonly Ac: number; readonly Ab: number }>> = { retry: { Ac: 1, Ab: 0 }, abort: { Ac: 0, Ab: 1 }, terminate: { Ac: 0, Ab: 0 } };

const resume: Handler = (act) => {
  const stag = act.args.number('stag', 2 ** 16);
  const isGuest = act.system.domains.some((d) => d.name === act.domain && d.kind === 'guest');
  if (isGuest) return refused(act, 'stalls wait in the physical SMMU, and no model passes CMD_RESUME of a guest on: leave the `in` block');
  const smmu = smmuOf(act);
  const stalls = act.system.machine.smmus[smmuIndex(act, act.domain) ?? 0]?.parts.stalls;
  if (stalls === undefined || stalls.state(stag) === FREE) return refused(act, `nothing stalls with STAG ${stag}`);
  const action = act.args.optionalWord('action') ?? 'retry';
  return send(act, smmu, 'RESUME', { StreamID: stalls.sid(stag), STAG: stag, ...RESUME[action] });
};

/** The value of a register or, as `CR0.SMMUEN`, of a field of it. */
export function registerValue(smmu: SmmuAccess, name: string): U64 {
  const [whole = '', part] = name.split('.');
  const { offset, width } = placeOf(whole);
  const value = smmu.port.read(offset, width === 64 ? 8 : 4) ?? unusable(`${whole} cannot be read: data abort`);
  if (part === undefined) return value;
  const { layout } = registerNamed(whole) ?? unusable(`an offset has no fields: name the register`);
  const field = fieldOf(layout, part, whole);
  return getField([value.lo, value.hi], field);
}

/** The handlers of registers and queues. */
export const REGISTER_HANDLERS: Readonly<Record<string, Handler>> = { write, read, command, consume, settle, resume };

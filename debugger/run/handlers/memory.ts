/** Memory and structures in it, as a processor writes them; injected aborts. */
import { fromNumber, hex } from '../../../emulator/bits/u64.ts';
import { CD } from '../../../emulator/fields/cd.ts';
import { descriptorLayout } from '../../../emulator/fields/descriptors.ts';
import { STE } from '../../../emulator/fields/ste.ts';
import { readCd } from '../../inspect/streams.ts';
import { done, ok, smmuIndex, smmuOf, type Handler } from '../act.ts';
import { unusable, type Arguments } from '../arguments.ts';
import { dataArgument, dataText } from '../data.ts';
import { changeFields, storeBytes, targetOf } from '../memory.ts';
import { cdAddress, steAddress } from '../structures.ts';

const MOST_FILLED = 1024 * 1024;
const ADDRESS_SPACE = 2 ** 52;
const MOST_INJECTED = 1000;
/** Type of a descriptor that leads to another table. */
const TABLE = 3;

const poke: Handler = (act) => {
  const address = act.args.number('address', ADDRESS_SPACE);
  const bytes = dataArgument(act.args, 'data', act.args.choice('size', 8));
  storeBytes(targetOf(act), address, bytes);
  return done(act, `${hex(fromNumber(address))} holds ${dataText(bytes)}`);
};

/** Bytes filled between two pauses. */
const PORTION = 2048;

const fill: Handler = function* (act) {
  const { args } = act;
  const [address, size] = [args.number('address', ADDRESS_SPACE), args.number('size')];
  if (size > MOST_FILLED) unusable(`one action may fill ${MOST_FILLED} bytes at most`);
  act.spend(Math.ceil(size / 4096));
  const bytes = new Uint8Array(Math.min(size, PORTION)).fill(args.number('value', 256));
  const target = targetOf(act);
  for (let from = 0; from < size;) {
    const to = Math.min(size, from + PORTION - ((address + from) % 8));
    storeBytes(target, address + from, bytes.subarray(0, to - from));
    from = to;
    if (from < size) yield;
  }
  return done(act, `${size} bytes filled`);
};

const ste: Handler = (act) => {
  const sid = act.args.number('sid', 2 ** 32);
  const at = steAddress(smmuOf(act), sid);
  return typeof at === 'string' ? unusable(at) : ok(changeFields(act, at, STE));
};

const cd: Handler = (act) => {
  const [sid, ssid] = [act.args.number('sid', 2 ** 32), act.args.number('ssid', 2 ** 20)];
  const smmu = smmuIndex(act, act.domain) ?? 0;
  const physical = act.domain === undefined ? () => readCd(act.system.machine, { smmu, sid }, ssid).address : undefined;
  const at = cdAddress(smmuOf(act), { sid, ssid, physical });
  return typeof at === 'string' ? unusable(at) : ok(changeFields(act, at, CD));
};

const descriptor: Handler = (act) => {
  const address = act.args.number('address', ADDRESS_SPACE);
  const low = targetOf(act).view.load(address - (address % 8))?.lo ?? unusable(`no memory answers at ${hex(fromNumber(address))}`);
  const stage = act.args.choice('stage', 1) === 2 ? 2 : 1;
  return ok(changeFields(act, address, descriptorLayout(stage, act.args.choice('level', 3), typeOf(act.args) ?? low)));
};

/** The type that a line makes of a descriptor; undefined where it keeps what memory has. */
function typeOf(args: Arguments): number | undefined {
  const fields = args.fields('fields');
  const isTable = [...fields.keys()].some((name) => name.endsWith('Table'));
  return fields.get('Type')?.lo ?? (isTable ? TABLE : undefined);
}

const fail: Handler = (act) => {
  const { memory } = act.system.machine;
  const on = act.args.optionalWord('access');
  const range = { base: act.args.number('base', ADDRESS_SPACE), size: act.args.number('size', ADDRESS_SPACE + 1) };
  if (memory.injected.length >= MOST_INJECTED) unusable(`${MOST_INJECTED} ranges fail already: end them with \`fail off\``);
  memory.injectAborts([...memory.injected, on === 'read' || on === 'write' ? { ...range, on } : range]);
  return done(act, `${on ?? 'accesses'} from ${hex(fromNumber(range.base))} on end in external aborts`);
};

/** The handlers of memory. */
export const MEMORY_HANDLERS: Readonly<Record<string, Handler>> = {
  poke, fill, ste, cd, descriptor, fail,
  'fail.off': (act) => {
    act.system.machine.memory.injectAborts([]);
    return done(act, 'memory answers again');
  },
};

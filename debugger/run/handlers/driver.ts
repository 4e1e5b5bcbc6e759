/** What the kernel of a domain does: probe, attach, map, unmap and their kin. */
import { eventOf } from '../../../emulator/fields/events.ts';
import { READ, WRITE } from '../../../emulator/walk/access.ts';
import { actorOf, answered, deviceOf, done, smmuIndex, type Act, type Handler } from '../act.ts';
import { unusable } from '../arguments.ts';
import { forgetQueues } from '../eventQueue.ts';
import type { DomainActions } from '../../system/system.ts';

/** Descriptors that one action may write: a driver does all of it at once, and nothing else is heard meanwhile. */
const MOST_LEAVES = 2 ** 13;
/** What an attachment counts for: tables that stay. */
const ATTACH_COST = 16;
const PAGE = 4096;
const BLOCK = 0x20_0000;
/** Any address of 64 bits: the driver says itself which are too large. */
const BEYOND = 2 ** 64;

const ACCESS: Readonly<Record<string, number>> = { r: READ, w: WRITE, rw: READ | WRITE };

function driverOf(act: Act): DomainActions {
  const name = actorOf(act);
  return act.system.actions(name) ?? unusable(`no driver of an SMMU runs in ${name}`);
}

/** How many descriptors a range takes: blocks of 2M where both addresses lie alike in theirs, pages for the rest. EL2 of pKVM takes all blocks or none. */
function leavesOf({ system }: Act, size: number, iova: number, address: number): number {
  const isByPages = system.kind === 'pkvm' && [iova, address, size].some((n) => n % BLOCK !== 0);
  if (isByPages || (address - iova) % BLOCK !== 0) return Math.ceil(size / PAGE);
  const head = Math.min(size, (BLOCK - (iova % BLOCK)) % BLOCK);
  const blocks = Math.floor((size - head) / BLOCK);
  return blocks + Math.ceil((size - blocks * BLOCK) / PAGE);
}

/** Refuses what would take too long. */
function spendRange(act: Act, size: number, iova: number, address = iova): void {
  const leaves = leavesOf(act, size, iova, address);
  if (leaves > MOST_LEAVES) unusable(`${leaves} descriptors are more than one action may write (${MOST_LEAVES}): use a smaller range, or addresses that differ by a multiple of 2M`);
  act.spend(leaves);
}

const map: Handler = (act) => {
  const { args } = act;
  const range = {
    iova: args.number('iova', BEYOND), address: args.number('address', BEYOND), size: args.number('size'),
    access: ACCESS[args.optionalWord('access') ?? 'rw'] ?? READ, ssid: args.optionalNumber('ssid', 2 ** 20),
  };
  const driver = driverOf(act);
  spendRange(act, range.size, range.iova, range.address);
  return answered(act, driver.map(deviceOf(act), range));
};

const unmap: Handler = (act) => {
  const { args } = act;
  const range = { iova: args.number('iova', BEYOND), size: args.number('size'), ssid: args.optionalNumber('ssid', 2 ** 20), leaveStale: args.has('no-invalidate') };
  const driver = driverOf(act);
  spendRange(act, range.size, range.iova);
  if (range.leaveStale) act.memo = { ...act.memo, uninvalidated: args.action.at };
  return answered(act, driver.unmap(deviceOf(act), range));
};

const events: Handler = (act) => {
  const records = driverOf(act).events(smmuIndex(act, actorOf(act)));
  if (records === undefined) return unusable(`there is no event queue in ${actorOf(act)}`);
  const names = records.map((words) => eventOf(words)?.name ?? 'unknown');
  return done(act, records.length === 0 ? 'the event queue is empty' : `took ${names.join(', ')}`);
};

/** The handlers of drivers. */
export const DRIVER_HANDLERS: Readonly<Record<string, Handler>> = {
  probe: (act) => {
    const actor = actorOf(act);
    const outcome = answered(act, driverOf(act).probe(smmuIndex(act, actor)));
    forgetQueues(act, actor);
    if (act.system.smmusOf(actor) === act.system.smmusOf(undefined)) forgetQueues(act, undefined);
    return outcome;
  },
  attach: (act) => {
    const substreams = act.args.optionalNumber('substreams', 21) ?? 0;
    act.spend(ATTACH_COST);
    return answered(act, driverOf(act).attach(deviceOf(act), { substreams, isStalling: act.args.has('stall') }));
  },
  detach: (act) => answered(act, driverOf(act).detach(deviceOf(act), act.args.optionalWord('to') === 'bypass' ? 'bypass' : 'abort')),
  map, unmap, events,
  recover: (act) => answered(act, driverOf(act).recover(smmuIndex(act, actorOf(act)))),
};

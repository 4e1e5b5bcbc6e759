/**
 * The scope in which expressions are computed while a machine is looked at: variables of the scenario
 * first, then what the machine has. Names of events and commands are numbers, so that
 * `evtq[0].Type == F_TRANSLATION` can be written.
 */
import { COMMANDS } from '../../emulator/fields/commands.ts';
import { EVENTS } from '../../emulator/fields/events.ts';
import { failure, type Scope, type ScopeFailure } from '../expression/evaluate.ts';
import { numberValue, type ExpressionValue } from '../expression/value.ts';
import { FUNCTIONS, NAMES, type KnownFunction } from '../expression/functions.ts';
import { RUNS, type Surroundings } from './functions.ts';
import type { NodeNames } from '../scenario/nodeNames.ts';
import type { System } from '../system/system.ts';
import { deviceNamed, nameExpression, smmuNamed } from './machineNames.ts';
import { queueElement } from './queueValue.ts';
import { QUEUE_NAMES, type QueueName } from './queues.ts';
import { deviceValue, outcomeValue, smmuMember, smmuValue } from './systemValues.ts';

const WORDS: ReadonlyMap<string, KnownFunction> = new Map([...FUNCTIONS, ...NAMES].map((f) => [f.name, f]));

/** Functions that can be written without parentheses: they are lists. */
const NAMED_LISTS: ReadonlySet<string> = new Set(['tlb', ...QUEUE_NAMES]);

/** Names that stand for numbers of the architecture. */
export const CONSTANTS: ReadonlyMap<string, ExpressionValue> = new Map([
  ...EVENTS.map((e) => [e.name, numberValue(e.code, e.name)] as const),
  ...COMMANDS.map((c) => [c.layout.name, numberValue(c.opcode, c.layout.name)] as const),
]);

/** What is known of a function or name. */
export function wordsOf(name: string): KnownFunction | undefined {
  return WORDS.get(name);
}

function isQueue(name: string): name is QueueName {
  return (QUEUE_NAMES as readonly string[]).includes(name);
}

/** The scope of a moment. */
export function scopeOf(around: Surroundings): Scope {
  const { system, context } = around;
  const isVariable = (name: string): boolean => context.variables?.has(name) === true;
  return {
    name: (name) => context.variables?.get(name) ?? machineName(around, name),
    call: (name, args) => RUNS.get(name)?.(around, args),
    element: (name, index) => (isQueue(name) && !isVariable(name) ? queueElement(system, 0, name, index) : undefined),
    member: (name, member) => {
      const smmu = isVariable(name) ? undefined : smmuNamed(system, name);
      return smmu === undefined ? undefined : smmuMember(system, smmu.index, member);
    },
    names: () => namesOf(around),
  };
}

function machineName(around: Surroundings, name: string): ExpressionValue | ScopeFailure | undefined {
  const { system, context } = around;
  if (name === 'last') return context.last === undefined ? failure('no device has made a DMA yet') : outcomeValue(context.last);
  if (NAMED_LISTS.has(name)) return RUNS.get(name)?.(around, []);
  const smmu = smmuNamed(system, name);
  if (smmu !== undefined) return smmuValue(system, smmu.index);
  const device = deviceNamed(system, name);
  return device === undefined ? (CONSTANTS.get(name) ?? quotedName(system, name)) : deviceValue(system, device);
}

/** For `gpu-1`, of which an expression reads only the `gpu`: how it is written. */
function quotedName({ smmus, devices }: System, name: string): ScopeFailure | undefined {
  const named = (kind: 'smmu' | 'device', things: readonly NodeNames[]): string | undefined => {
    const found = things.flatMap(({ name: own, aliases }) => [own, ...aliases]).find((one) => one.startsWith(name) && /^[^\w@]/.test(one.slice(name.length)));
    return found === undefined ? undefined : `\`${found}\` is written \`${nameExpression(found, kind)}\``;
  };
  const how = named('smmu', smmus) ?? named('device', devices);
  return how === undefined ? undefined : failure(`there is no name \`${name}\`; ${how}`);
}

/** Every name that means something, the likely ones first. */
export function namesOf({ system, context }: Surroundings): string[] {
  return [
    ...(context.variables?.keys() ?? []), ...WORDS.keys(), ...system.smmus.map((s) => s.name),
    ...system.devices.flatMap((d) => [d.name, ...d.aliases]), ...CONSTANTS.keys(),
  ];
}

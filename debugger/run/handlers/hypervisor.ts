/** What a hypervisor and its tools do: domains, memory, operations by name. */
import { toNumber, type U64 } from '../../../emulator/bits/u64.ts';
import type { OperationValues } from '../../../emulator/hypervisor/index.ts';
import { evaluate } from '../../expression/evaluate.ts';
import { asNumber } from '../../expression/value.ts';
import { findDevice } from '../../system/names.ts';
import { answered, type Act, type Handler } from '../act.ts';
import { unusable } from '../arguments.ts';

/** What a new guest counts for: it has tables, registers and a kernel that stay. */
const CREATE_COST = 1000;

/** The values of an operation: numbers where they are some, names as they are written. */
function operationValues(act: Act): OperationValues {
  const value = act.args.value('values');
  if (value?.kind !== 'fields') return {};
  return Object.fromEntries(value.fields.map((field) => [field.name, operationValue(act, field.value)]));
}

function operationValue(act: Act, expression: Parameters<typeof evaluate>[0]): string | number {
  if (expression.kind === 'string') return expression.text;
  // A device is meant by its name, although it has a value too.
  if (expression.kind === 'name' && findDevice(act.system, expression.name) !== undefined) return expression.name;
  const result = evaluate(expression, act.scope);
  const wide: U64 | undefined = result.ok ? asNumber(result.value) : undefined;
  if (wide !== undefined) return toNumber(wide);
  if (expression.kind === 'name') return expression.name;
  return unusable(result.ok ? 'this is neither a number nor a name' : result.message);
}

const call: Handler = (act) => {
  const { hypervisor } = act.system;
  if (hypervisor === undefined) return unusable('there is no hypervisor that could be asked');
  const name = act.args.word('operation');
  if (!hypervisor.operations.some((o) => o.name === name)) {
    return unusable(`there is no operation ${name}; ${hypervisor.name} has ${hypervisor.operations.map((o) => o.name).join(', ')}`);
  }
  return answered(act, act.system.call(name, operationValues(act)));
};

/** The handlers of hypervisors. */
export const HYPERVISOR_HANDLERS: Readonly<Record<string, Handler>> = {
  call,
  create: (act) => {
    act.spend(CREATE_COST);
    return answered(act, act.system.setDomain(act.args.word('name'), true));
  },
  destroy: (act) => answered(act, act.system.setDomain(act.args.word('domain'), false)),
  revoke: (act) => answered(act, act.system.revoke(act.args.word('domain'), act.args.number('offset', 2 ** 52), act.args.number('size', 2 ** 52))),
};

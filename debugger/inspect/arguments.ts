/**
 * How functions of expressions name a stream or an SMMU: by number, by name, or by a value such as
 * `smmu0` or `eth0`. Without an SMMU it is the one whose device has the stream.
 */
import { failure, type ScopeFailure } from '../expression/evaluate.ts';
import { asNumber, type ExpressionValue } from '../expression/value.ts';
import type { System } from '../system/system.ts';
import { deviceNamed, smmuNamed, smmuOfStream } from './machineNames.ts';

/** An SMMU, and the arguments behind it. */
export interface SmmuChoice {
  readonly kind: 'smmu';
  readonly smmu: number;
  readonly rest: readonly ExpressionValue[];
}

/** A stream, and the arguments behind it. */
export interface StreamChoice {
  readonly kind: 'stream';
  readonly smmu: number;
  readonly sid: number;
  readonly rest: readonly ExpressionValue[];
}

function recordName(value: ExpressionValue, type: string): string | undefined {
  if (value.kind !== 'record' || value.type !== type) return undefined;
  const name = value.fields.find((f) => f.name === 'name')?.value;
  return name?.kind === 'string' ? name.text : undefined;
}

/** Takes an SMMU from the front where one is named, before `others` arguments; the first SMMU otherwise. Numbers name one only alone. */
export function smmuArgument(system: System, args: readonly ExpressionValue[], others: 0 | 1): SmmuChoice | ScopeFailure {
  const named = namedSmmu(system, args[0]);
  const [first] = args;
  const rest = named === undefined ? args : args.slice(1);
  if (named === undefined && first?.kind === 'string' && args.length > others) return failure(`there is no SMMU \`${first.text}\`; there ${smmuList(system)}`);
  const number = named !== undefined || first === undefined || args.length > 1 ? undefined : asNumber(first);
  if (rest.length > others && number === undefined) return failure(TOO_MANY);
  if (number === undefined) return { kind: 'smmu', smmu: named ?? 0, rest };
  const isThere = number.hi === 0 && number.lo < system.machine.smmus.length;
  return isThere ? { kind: 'smmu', smmu: number.lo, rest: [] } : failure(`the SMMUs are numbered 0 to ${system.machine.smmus.length - 1}`);
}

/** For functions that are given more than they know what to do with. */
export const TOO_MANY = 'there are too many arguments; an SMMU is named as a text or by its name, not by a number';

function smmuList({ smmus }: System): string {
  const names = smmus.map(({ name }) => `\`${name}\``);
  return names.length === 1 ? `is ${names[0] ?? ''}` : `are ${names.join(', ')}`;
}

function namedSmmu(system: System, value: ExpressionValue | undefined): number | undefined {
  if (value === undefined) return undefined;
  const name = value.kind === 'string' ? value.text : recordName(value, 'SMMU');
  return name === undefined ? undefined : smmuNamed(system, name)?.index;
}

/** Takes a stream from the front: `8`, `smmu, 8`, a device or its name. */
export function streamArguments(system: System, args: readonly ExpressionValue[]): StreamChoice | ScopeFailure {
  const smmu = namedSmmu(system, args[0]);
  const rest = smmu === undefined ? args : args.slice(1);
  const [first] = rest;
  if (first === undefined) return failure('a StreamID is needed here');
  const name = first.kind === 'string' ? first.text : recordName(first, 'Device');
  const device = name === undefined ? undefined : deviceNamed(system, name);
  if (name !== undefined && device === undefined) return failure(`there is no SMMU or device \`${name}\``);
  if (device !== undefined && (device.smmu === undefined || device.sids[0] === undefined)) return failure(`${device.name} has no StreamID`);
  const number = device === undefined ? asNumber(first) : { hi: 0, lo: device.sids[0] ?? 0 };
  if (number === undefined || number.hi !== 0) return failure('a StreamID is a number of 32 bits');
  return { kind: 'stream', smmu: smmu ?? device?.smmu ?? smmuOfStream(system, number.lo), sid: number.lo, rest: rest.slice(1) };
}

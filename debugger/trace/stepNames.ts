/**
 * The names by which function breakpoints find steps: `CMD_CFGI_STE`, `F_TRANSLATION`, `walk.s1.l3`,
 * `fetch.STE`, `write.CR0`, `xen.cfgi_ste`, and patterns of them with `*`. Case does not matter.
 */
import { COMMANDS, commandOf } from '../../emulator/fields/commands.ts';
import { EVENTS, eventOf } from '../../emulator/fields/events.ts';
import { globalErrorName, registerAt, REGISTERS } from '../../emulator/fields/registers.ts';
import type { TraceStep } from './traceStep.ts';

type Of<K extends TraceStep['kind']> = TraceStep & { readonly kind: K };

function slug(text: string): string {
  return text.replace(/[^\w.]+/g, '-');
}

const NAMES: { readonly [K in TraceStep['kind']]: (step: Of<K>) => string[] } = {
  transaction: () => ['transaction'],
  fetch: (s) => [`fetch.${s.structure}`],
  descriptor: (s) => [`walk.s${s.stage}.l${s.level}`],
  hit: (s) => [`hit.${slug(s.cache)}`],
  permission: (s) => [`permission.s${s.stage}`],
  update: (s) => [`update.s${s.stage}`],
  result: (s) => [`result.${s.status}`],
  event: (s) => [eventOf(s.words)?.name ?? 'event'],
  command: (s) => [`CMD_${commandOf(s.words)?.name ?? 'unknown'}`],
  interrupt: (s) => [`interrupt.${slug(s.source)}`],
  'global error': (s) => [`GERROR.${globalErrorName(s.error)}`],
  register: (s) => [`write.${registerAt(s.offset)?.name ?? s.offset.toString(16)}`],
  'page request': () => ['page-request'],
  stall: (s) => [`stall.${s.action}`],
  hypervisor: (s) => hypervisorNames(s.actor, s.action, s.text),
  store: (s) => ['store', `${s.actor}.store`],
  access: (s) => [s.isWrite ? 'access.write' : 'access.read'],
  outcome: (s) => [`outcome.${s.outcome.status}`],
};

/** Who, and what: the command or the first word of the text, or the kind of action. */
function hypervisorNames(actor: string, action: string, text: string): string[] {
  const word = slug(text.replace(/^CMD_/, '').split(' ')[0] ?? '');
  const actors = new Set([actor, actor.split('.')[0] ?? actor]);
  return [...actors].flatMap((who) => [`${who}.${word}`, `${who}.${slug(action)}`]);
}

/** All names of a step. */
export function stepNames(step: TraceStep): string[] {
  return (NAMES[step.kind] as (step: TraceStep) => string[])(step);
}

/**
 * A test of steps for a name or pattern; undefined where no step can ever have it. Commands are also
 * found without `CMD_`. What a hypervisor does for somebody is also found under its own name, so that
 * `xen.cfgi_ste` is that command of any guest, and the one that Xen then sends.
 */
export function nameTest(pattern: string, hypervisor?: string): ((step: TraceStep) => boolean) | undefined {
  const text = pattern.trim();
  if (!/^[\w.*:@-]+$/.test(text)) return undefined;
  const isBareCommand = COMMANDS.some((c) => c.name.toLowerCase() === text.toLowerCase());
  const full = isBareCommand ? `CMD_${text}` : text;
  const expression = new RegExp(`^${full.replace(/[.]/g, '\\.').replace(/\*/g, '.*')}$`, 'i');
  return (step) => stepNames(step).some((name) => expression.test(name))
    || (hypervisor !== undefined && step.kind === 'hypervisor' && hypervisorNames(hypervisor, step.action, step.text).some((name) => expression.test(name)));
}

/** Names to propose; hypervisors add theirs. */
export function knownNames(actors: readonly string[]): string[] {
  const walks = [1, 2].flatMap((stage) => [`walk.s${stage}.*`, ...[0, 1, 2, 3].map((level) => `walk.s${stage}.l${level}`), `permission.s${stage}`, `update.s${stage}`]);
  const fetches = ['L1STD', 'STE', 'L1CD', 'CD'].map((s) => `fetch.${s}`);
  const fixed = ['transaction', 'hit.tlb', 'hit.stage-2-tlb', 'hit.walk-cache', 'result.ok', 'result.abort', 'result.stall', 'page-request', 'stall.parked', 'store', 'access.read', 'access.write'];
  return [
    ...COMMANDS.map((c) => `CMD_${c.name}`), ...EVENTS.map((e) => e.name), ...walks, ...fetches, ...fixed,
    ...REGISTERS.filter((r) => r.access === 'RW').map((r) => `write.${r.name}`),
    ...actors.flatMap((a) => [`${a}.*`, `${a}.trap`, `${a}.hypercall`, `${a}.cfgi_ste`]),
  ];
}

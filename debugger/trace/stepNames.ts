/**
 * The names by which function breakpoints find steps: `CMD_CFGI_STE`, `F_TRANSLATION`, `walk.s1.l3`,
 * `fetch.STE`, `write.CR0`, `xen.cfgi_ste`, and patterns of them with `*`. Case does not matter.
 */
import { COMMANDS, commandOf } from '../../emulator/fields/commands.ts';
import { EVENTS, eventOf } from '../../emulator/fields/events.ts';
import { globalErrorName, registerAt, registerNamed, REGISTERS } from '../../emulator/fields/registers.ts';
import { nearest } from '../../model/platform/nearest.ts';
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
 * A test of steps for a name or pattern; a string says why no step can ever have it. Commands are also
 * found without `CMD_`. What a hypervisor does for somebody is also found under its own name, so that
 * `xen.cfgi_ste` is that command of any guest, and the one that Xen then sends.
 */
export function nameTest(pattern: string, hypervisor?: string): ((step: TraceStep) => boolean) | string {
  const text = pattern.trim();
  if (!/^[\w.*:@-]+$/.test(text)) return 'A name such as CMD_CFGI_STE, F_TRANSLATION or walk.s1.l3 is needed; * stands for anything.';
  const isBareCommand = COMMANDS.some((c) => c.name.toLowerCase() === text.toLowerCase());
  const fits = glob(isBareCommand ? `CMD_${text}` : text);
  if (!isPossible(text, fits)) {
    const close = nearest(text, KNOWN_NAMES);
    return `No step is ever called ${text}${close === undefined ? '.' : `: did you mean ${close}?`}`;
  }
  return (step) => stepNames(step).some(fits)
    || (hypervisor !== undefined && step.kind === 'hypervisor' && hypervisorNames(hypervisor, step.action, step.text).some(fits));
}

const STAGES = [1, 2] as const;

/** All names that do not depend on who acts. */
export const KNOWN_NAMES: readonly string[] = [
  ...COMMANDS.map((c) => `CMD_${c.name}`), ...EVENTS.map((e) => e.name), 'event', 'CMD_unknown', 'transaction', 'page-request', 'store',
  ...['L1STD', 'STE', 'L1CD', 'CD'].map((s) => `fetch.${s}`),
  ...STAGES.flatMap((stage) => [0, 1, 2, 3].map((level) => `walk.s${stage}.l${level}`)),
  ...STAGES.flatMap((stage) => [`permission.s${stage}`, `update.s${stage}`]),
  ...['tlb', 'stage-2-tlb', 'walk-cache'].map((cache) => `hit.${cache}`),
  ...['ok', 'abort', 'raz-wi', 'stall'].map((status) => `result.${status}`),
  ...['event-queue', 'PRI-queue', 'CMD_SYNC', 'global-error'].map((source) => `interrupt.${source}`),
  ...['parked', 'retried', 'aborted', 'terminated'].map((action) => `stall.${action}`),
  ...(registerNamed('GERROR')?.layout.fields ?? []).map((f) => `GERROR.${f.name}`),
  ...REGISTERS.map((r) => `write.${r.name}`), 'access.read', 'access.write', 'outcome.failed', 'outcome.error',
];

/** First words of dotted names that are no actors. */
const FAMILIES: ReadonlySet<string> = new Set(KNOWN_NAMES.flatMap((name) => (name.includes('.') ? [name.slice(0, name.indexOf('.')).toLowerCase()] : [])));

/** Whether some step may have a name; what belongs to an actor cannot be told beforehand. */
function isPossible(text: string, fits: (name: string) => boolean): boolean {
  const dot = text.indexOf('.');
  const isOfActor = dot > 0 && !FAMILIES.has(text.slice(0, dot).toLowerCase());
  return isOfActor || text.startsWith('*') || KNOWN_NAMES.some(fits);
}

/** Who acts in every machine, as steps name them. */
const COMMON_ACTORS = ['host', 'hyp', 'guest', 'toolstack', 'monitor'] as const;

/** Why a name that begins with an actor will hardly be met: nobody of that name is known. Undefined where there is no doubt. */
export function actorDoubt(pattern: string, actors: readonly string[]): string | undefined {
  const text = pattern.trim();
  const dot = text.indexOf('.');
  const actor = text.slice(0, Math.max(0, dot)).toLowerCase();
  // Emulated SMMUs are numbered by the models.
  if (dot <= 0 || FAMILIES.has(actor) || actor.includes('*') || /smmu\d*$/.test(actor)) return undefined;
  const known = [...new Set([...COMMON_ACTORS, ...actors])];
  if (known.some((name) => name.toLowerCase() === actor)) return undefined;
  const near = nearest(actor, [...FAMILIES, ...known]);
  return `Nobody in this scenario is called ${text.slice(0, dot)}, so this may never stop${near === undefined ? '' : `: did you mean ${near}${text.slice(dot)}?`}${near === undefined ? '.' : ''}`;
}

/** A test for a pattern with `*`, whatever the case. Takes time in proportion to both lengths at most. */
function glob(pattern: string): (name: string) => boolean {
  const parts = pattern.toLowerCase().split('*');
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  const middle = parts.slice(1, -1);
  return (name) => {
    const text = name.toLowerCase();
    if (parts.length === 1) return text === first;
    if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
    let at = first.length;
    for (const part of middle) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= text.length - last.length;
  };
}

/**
 * Who makes each step: a master (device, StreamID, SubstreamID), the command queue of an SMMU, a
 * processor of a domain, or the hypervisor. Threads known from the start have the first numbers;
 * others get theirs when they first act. The scenario itself is thread 1. Of the masters of a large board
 * only those are known from the start that the scenario names.
 */
import { FrameNode, type FrameTree } from './frames.ts';
import type { TraceStep } from './traceStep.ts';
import type { Action } from '../scenario/program.ts';
import { deviceOf, findDevice } from '../system/names.ts';
import type { System, SystemDevice } from '../system/system.ts';

/** A thread. */
export interface Thread {
  /** From 1, the same in every run of the same scenario. */
  readonly id: number;
  readonly name: string;
  readonly kind: 'scenario' | 'master' | 'command queue' | 'processor' | 'hypervisor';
}

/** The thread of units in which nobody in particular acts. */
const SCENARIO_THREAD = 1;

/** The threads of one system. */
export class Threads {
  readonly #system: System;
  readonly #byName = new Map<string, Thread>();
  readonly #all: Thread[] = [];
  /** Threads of masters by SMMU, StreamID and SubstreamID: each step of theirs asks. */
  readonly #masters = new Map<string, number>();

  /** Without actions, every device is known from the start. */
  constructor(system: System, actions?: readonly Action[]) {
    this.#system = system;
    this.#thread('scenario', 'scenario');
    for (const device of actions === undefined ? system.devices : devicesIn(actions, system)) for (const sid of device.sids) this.#thread(this.#masterName(device.smmu ?? -1, sid, undefined), 'master');
    for (const smmu of system.smmus) this.#thread(`${smmu.name} command queue`, 'command queue');
    for (const domain of system.domains) this.#thread(domain.name, 'processor');
    if (system.hypervisor !== undefined) this.#thread(system.hypervisor.name, 'hypervisor');
  }

  /** All threads so far. */
  get all(): readonly Thread[] {
    return this.#all;
  }

  #thread(name: string, kind: Thread['kind']): Thread {
    const found = this.#byName.get(name);
    if (found !== undefined) return found;
    const thread: Thread = { id: this.#all.length + 1, name, kind };
    this.#byName.set(name, thread);
    this.#all.push(thread);
    return thread;
  }

  #masterName(smmu: number, sid: number, ssid: number | undefined): string {
    const device = smmu < 0 ? this.#system.devices.find((d) => d.smmu === undefined && d.sids.includes(sid)) : deviceOf(this.#system, smmu, sid);
    const who = device?.name ?? this.#system.smmus.find((s) => s.index === smmu)?.name ?? 'unknown';
    return `${who} StreamID 0x${sid.toString(16)}${ssid === undefined ? '' : ` SubstreamID 0x${ssid.toString(16)}`}`;
  }

  #master(smmu: number, sid: number, ssid?: number): number {
    const key = `${smmu}:${sid}:${ssid ?? ''}`;
    const known = this.#masters.get(key);
    if (known !== undefined) return known;
    const { id } = this.#thread(this.#masterName(smmu, sid, ssid), 'master');
    this.#masters.set(key, id);
    return id;
  }

  #queue(smmu: number): number {
    const name = this.#system.smmus.find((s) => s.index === smmu)?.name ?? `smmu${smmu}`;
    return this.#thread(`${name} command queue`, 'command queue').id;
  }

  /** The thread of somebody who is named in steps or in the scenario; undefined is the scenario. */
  ofActor(actor: string | undefined): number {
    if (actor === undefined) return SCENARIO_THREAD;
    const known = this.#byName.get(actor);
    if (known !== undefined) return known.id;
    const device = findDevice(this.#system, actor);
    if (device !== undefined) return this.#master(device.smmu ?? -1, device.sids[0] ?? 0);
    const base = this.#byName.get(actor.split('.')[0] ?? actor);
    // An emulated SMMU acts by itself; a driver of the hypervisor is the hypervisor.
    if (base !== undefined && (base.kind === 'hypervisor' || !/smmu/.test(actor))) return base.id;
    return this.#thread(actor, base === undefined ? 'hypervisor' : 'command queue').id;
  }

  /** The thread of each step of a unit, step k at index k - 1. */
  ofSteps(steps: readonly TraceStep[], tree: FrameTree, actor: string | undefined): Uint16Array {
    const own = this.ofActor(actor);
    const byFrame = new Map<FrameNode, number>();
    let writer: number | undefined;
    let master: number | undefined;
    return Uint16Array.from(steps, (step, i) => {
      const thread = this.#ofStep(step);
      if (step.kind === 'store' || step.kind === 'hypervisor') writer = step.kind === 'hypervisor' && step.action === 'result' ? undefined : thread ?? writer;
      if (step.kind === 'transaction') master = thread;
      // The data of a transaction that stalled come when it has long ended.
      if (step.kind === 'access' && tree.owner[i] === tree.root && master !== undefined) return master;
      // Who stored commands is who then tells the SMMU of them.
      return thread ?? (step.kind === 'register' ? writer : undefined) ?? this.#ofFrame(tree.owner[i] ?? tree.root, { steps, own, byFrame });
    });
  }

  #ofStep(step: TraceStep): number | undefined {
    switch (step.kind) {
      case 'store': return this.ofActor(step.actor);
      case 'hypervisor': return step.actor === 'monitor' ? undefined : this.ofActor(step.actor);
      case 'command': return this.#queue(step.smmu);
      case 'transaction': return this.#master(step.smmu, step.sid, step.ssid);
      case 'stall': return this.#master(step.smmu, step.sid);
      case 'page request': return this.#master(step.smmu, (step.words[0] ?? 0) >>> 0);
      default: return undefined;
    }
  }

  /** What stands in a frame without an actor of its own is done by whoever the frame is of. */
  #ofFrame(node: FrameNode, unit: { readonly steps: readonly TraceStep[]; readonly own: number; readonly byFrame: Map<FrameNode, number> }): number {
    const known = unit.byFrame.get(node);
    if (known !== undefined) return known;
    const head = node.items[node.kind === 'command' ? node.items.length - 1 : 0];
    const step = typeof head === 'number' && OWNING.has(node.kind) ? unit.steps[head - 1] : undefined;
    const found = (step === undefined ? undefined : this.#ofStep(step)) ?? (node.parent === undefined ? unit.own : this.#ofFrame(node.parent, unit));
    unit.byFrame.set(node, found);
    return found;
  }
}

/** The devices that lines name, each once, in the order of the machine; functions behind a root complex follow. */
function devicesIn(actions: readonly Action[], system: System): SystemDevice[] {
  const found = new Map<string, SystemDevice>();
  const visit = ({ values, body }: Action): void => {
    const word = values.get('device');
    const device = word?.kind === 'word' ? findDevice(system, word.text) : undefined;
    if (device !== undefined) found.set(device.name, device);
    body.forEach(visit);
  };
  actions.forEach(visit);
  const own = system.devices.filter((d) => found.has(d.name));
  return [...own, ...[...found.values()].filter((d) => !own.some((o) => o.name === d.name))];
}

/** Frames that are of somebody. */
const OWNING: ReadonlySet<FrameNode['kind']> = new Set(['transaction', 'operation', 'command']);

/** Puts the parts of one SMMU together. Construction only; behaviour is in the parts and in smmu.ts. */
import { AtcStore } from '../ats/atc.ts';
import { ConfigCache } from '../config/cache.ts';
import { Compiler } from '../config/compile.ts';
import { ConfigLookup } from '../config/lookup.ts';
import type { History } from '../history/history.ts';
import { featuresOf, type Features, type IdRegisters } from '../idr/features.ts';
import type { Memory } from '../memory/memory.ts';
import { Interrupts } from '../queues/errors.ts';
import { EventQueue } from '../queues/eventQueue.ts';
import { RegisterStore } from '../registers/store.ts';
import type { Probe } from '../steps/probe.ts';
import type { TlbCaches } from '../tlb/invalidate.ts';
import type { CachePolicy } from '../tlb/policy.ts';
import { Tlb } from '../tlb/tlb.ts';
import { WalkCache } from '../tlb/walkCache.ts';
import { Fault } from '../walk/fault.ts';
import { Stage1 } from '../walk/stage1.ts';
import { Stage2 } from '../walk/stage2.ts';
import { Walker } from '../walk/walk.ts';
import { Procedure } from './procedure.ts';
import { Stalls } from './stalls.ts';

/** What an SMMU is built into. */
export interface Surroundings {
  readonly name: string;
  readonly ids: IdRegisters;
  readonly policy: CachePolicy;
  readonly history: History;
  readonly memory: Memory;
  readonly probe: Probe;
  /** Merge event records that may be merged. */
  readonly mergeEvents?: boolean;
}

/** The parts of an SMMU. */
export interface SmmuParts {
  readonly features: Features;
  readonly registers: RegisterStore;
  readonly compiler: Compiler;
  readonly config: ConfigCache;
  readonly caches: TlbCaches;
  readonly lookup: ConfigLookup;
  readonly fault: Fault;
  readonly procedure: Procedure;
  readonly stage1: Stage1;
  readonly stage2: Stage2;
  readonly interrupts: Interrupts;
  readonly events: EventQueue;
  readonly stalls: Stalls;
  readonly atc: AtcStore;
}

/** Builds the parts; with the registers of another SMMU, a second way to look at the same one. */
export function buildParts(around: Surroundings, shared?: RegisterStore): SmmuParts {
  const { name, history, memory, probe, policy } = around;
  const features = featuresOf(around.ids);
  const registers = shared ?? new RegisterStore(history, name);
  const compiler = new Compiler(features);
  const config = new ConfigCache(history, `${name}.config`, policy.config);
  const walks = new WalkCache(history, `${name}.walks`, policy.walks);
  const caches = { tlb: new Tlb(history, `${name}.tlb`, policy.tlb), stage2: new Tlb(history, `${name}.tlb2`, policy.tlb), walks };
  const fault = new Fault();
  const walker = (): Walker => new Walker({ memory, probe, fault, cache: walks });
  const stage2 = new Stage2({ memory, probe, fault, walker: walker(), tlb: caches.stage2, features });
  const stage1 = new Stage1({ memory, probe, fault, walker: walker(), tlb: caches.tlb, stage2 });
  const lookup = new ConfigLookup({ memory, registers, features, compiler, cache: config, stage2, probe });
  const procedure = new Procedure({ features, lookup, stage1, stage2, fault, config, probe });
  const interrupts = new Interrupts({ history, name, registers, memory, features, probe });
  const events = new EventQueue({ registers, memory, features, interrupts, probe, isMerging: around.mergeEvents ?? false });
  const stalls = new Stalls(history, name, features.stallMax);
  const atc = new AtcStore(history, name);
  return { features, registers, compiler, config, caches, lookup, fault, procedure, stage1, stage2, interrupts, events, stalls, atc };
}

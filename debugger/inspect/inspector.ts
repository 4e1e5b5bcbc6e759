/**
 * Everything that can be asked of a system at one moment: scopes, expressions, memory, explanations.
 * An inspector belongs to the state that it was made at and remembers what it found out; when the machine
 * has moved, make another. Looking never changes the machine. Nothing of any protocol is here.
 */
import type { Step } from '../../emulator/steps/step.ts';
import type { U64 } from '../../emulator/bits/u64.ts';
import type { ExpressionSpan } from '../expression/ast.ts';
import { evaluate, evaluateCondition, type Evaluation, type Scope } from '../expression/evaluate.ts';
import { parseExpression } from '../expression/parser.ts';
import { asNumber, itemsOf } from '../expression/value.ts';
import type { System } from '../system/system.ts';
import { assign, watchOf } from './assign.ts';
import { complete, hover, type CompletionItem, type ExpressionHover } from './assist.ts';
import { CacheView } from './caches.ts';
import type { InspectContext, InspectedStream } from './context.ts';
import type { EditResult } from './edit.ts';
import { explainFault, explainPass, type FaultCause, type FaultExplanation, type FaultInput } from './fault.ts';
import type { Surroundings } from './functions.ts';
import { disassemble, readMemory, writeMemory, type DisassemblyRow, type MemoryBlock } from './memory.ts';
import type { VariableNode, WatchPlace } from './node.ts';
import { listRanges, spaceOf, type Listing, type Stage } from './ranges.ts';
import { scopeOf } from './scope.ts';
import { scopesOf } from './scopes.ts';
import type { NumberReader } from './structure.ts';
import { SymbolTable } from './symbols.ts';
import { valueNode } from './valueNodes.ts';

/** The value of an expression as a node, or why there is none. */
export type NodeResult = { readonly ok: true; readonly node: VariableNode } | { readonly ok: false; readonly message: string; readonly at: ExpressionSpan };

/** A look at a system. */
export class Inspector implements Surroundings {
  readonly system: System;
  readonly context: InspectContext;
  /** Names, functions and variables that expressions have. */
  readonly scope: Scope;
  /** Reads a number as a person writes it: any expression that gives one. */
  readonly read: NumberReader;
  readonly #caches = new Map<number, CacheView>();
  #symbols: SymbolTable | undefined;

  constructor(system: System, context: InspectContext = {}) {
    this.system = system;
    this.context = context;
    this.scope = scopeOf(this);
    this.read = (text) => {
      const result = this.value(text);
      if (!result.ok) return result.message;
      return asNumber(result.value) ?? 'a number is needed here';
    };
  }

  /** Names of physical addresses. */
  get symbols(): SymbolTable {
    return (this.#symbols ??= new SymbolTable(this.system));
  }

  /** What an SMMU has cached. */
  readonly caches = (smmu: number): CacheView | undefined => {
    const known = this.#caches.get(smmu);
    if (known !== undefined) return known;
    const found = this.system.machine.smmus[smmu];
    if (found === undefined) return undefined;
    const view = new CacheView(this.system.machine, found);
    this.#caches.set(smmu, view);
    return view;
  };

  /** The scopes of the variables view. */
  scopes(): VariableNode[] {
    return scopesOf(this);
  }

  /** Computes an expression. */
  value(text: string): Evaluation {
    const { expression, problems } = parseExpression(text);
    const [problem] = problems;
    return problem === undefined ? evaluate(expression, this.scope) : { ok: false, message: problem.message, at: problem };
  }

  /** Computes a condition; a sentence where it is none. */
  condition(text: string): boolean | string {
    const { expression, problems } = parseExpression(text);
    if (problems[0] !== undefined) return problems[0].message;
    const result = evaluateCondition(expression, this.scope);
    return result.ok ? result.value : result.message;
  }

  /** Computes an expression for the console, the watch view or a hover. */
  evaluate(text: string): NodeResult {
    const result = this.value(text);
    if (!result.ok) return result;
    const isSimple = itemsOf(result.value) === undefined && !/\bwhere\b/.test(text);
    return { ok: true, node: valueNode(text, result.value, this.read, isSimple ? text.trim() : `(${text.trim()})`) };
  }

  /** The edits that give what an expression names a value. */
  assign(target: string, text: string): EditResult {
    return assign({ machine: this.system.machine, scope: this.scope, read: this.read }, target, text);
  }

  /** What a data breakpoint on an expression watches; a sentence where it cannot be watched. */
  watch(target: string): WatchPlace | string {
    return watchOf({ machine: this.system.machine, scope: this.scope, read: this.read }, target);
  }

  /** Proposals at an offset of an expression. */
  complete(text: string, offset: number): CompletionItem[] {
    return complete(this, this.scope, text, offset);
  }

  /** What stands at an offset of an expression. */
  hover(text: string, offset: number): ExpressionHover | undefined {
    return hover(this.scope, text, offset);
  }

  /** Bytes of physical memory up to the first hole. */
  readMemory(address: number, count: number): MemoryBlock {
    return readMemory(this.system.machine, address, count);
  }

  /** The edit that writes bytes to physical memory. */
  writeMemory(address: number, bytes: ArrayLike<number>): EditResult {
    return writeMemory(this.system.machine, address, bytes);
  }

  /** Rows of the disassembly view, `offset` rows from an address. */
  disassemble(address: number, offset: number, count: number): DisassemblyRow[] {
    return disassemble(this.system.machine, this.symbols, address, { offset, count });
  }

  /** What a stream maps, from an input address on; a sentence where it has no such tables. */
  ranges(stream: InspectedStream, stage: Stage, page: { readonly from?: number; readonly count?: number; readonly half?: 0 | 1 } = {}): Listing | string {
    const space = spaceOf(this.system.machine, stream, stage, page.half ?? 0);
    return typeof space === 'string' ? space : listRanges(space, page.from ?? 0, page.count ?? 100);
  }

  /** Why a transaction failed. */
  explainFault(fault: FaultInput): FaultExplanation {
    return explainFault(this, fault);
  }

  /** Why an access passed that should not have: a stale copy on its way. Undefined where there is none. */
  explainPass(pass: { readonly stream: InspectedStream; readonly address: U64; readonly steps: readonly Step[] }): FaultCause | undefined {
    return explainPass(this, pass);
  }
}

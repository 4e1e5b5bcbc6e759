/** Requests that look at the present moment: threads, stack, scopes, variables, expressions, what went wrong. */
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import type { VariableNode } from '../../inspect/node.ts';
import type { Frame } from '../../session/types.ts';
import { clipboardText } from '../clipboard.ts';
import type { Context } from '../context.ts';
import type { Debuggee } from '../debuggee.ts';
import { explanation } from '../explanation.ts';
import { type Handlers, Refusal } from '../protocol.ts';
import { addressText } from '../variables.ts';

function stackFrame(context: Context, thread: number, frame: Frame): P.StackFrame {
  const place = frame.at === undefined ? undefined : context.sources.place(frame.at);
  return {
    id: context.frames.id(thread, frame), name: frame.name, line: 0, column: 0, canRestart: true,
    ...(place ?? { presentationHint: 'subtle' }),
    ...(frame.address === undefined ? {} : { instructionPointerReference: addressText(frame.address) }),
  };
}

/** Carries out the edits of a node, and answers with what stands there now. */
function assign(context: Context, debuggee: Debuggee, node: VariableNode, value: string): { value: string } & Omit<P.SetVariableResponse['body'], 'value'> | Refusal {
  if (node.set === undefined) return new Refusal(`${node.name} cannot be changed.`, true);
  const result = node.set(value);
  if (!result.ok) return new Refusal(result.message, true);
  context.edit(debuggee, result.edits);
  const now = node.expression === undefined ? undefined : debuggee.inspector.evaluate(node.expression);
  return now?.ok === true ? context.variables.render(now.node) : { value };
}

const KINDS = {
  function: 'function', variable: 'variable', device: 'module', smmu: 'class', field: 'field', constant: 'enum', register: 'property',
} as const satisfies Readonly<Record<string, P.CompletionItemType>>;

export const INSPECTION: Pick<Handlers<Context>,
  'threads' | 'stackTrace' | 'scopes' | 'variables' | 'setVariable' | 'setExpression' | 'evaluate' | 'completions' | 'exceptionInfo'
> = {
  threads: ({ debuggee }) => ({ threads: (debuggee?.session.threads ?? []).map(({ id, name }) => ({ id, name })) }),
  stackTrace: (context, { threadId, startFrame = 0, levels = 0 }) => {
    const debuggee = context.standing;
    if (debuggee instanceof Refusal) return debuggee;
    if (!debuggee.session.threads.some(({ id }) => id === threadId)) return new Refusal(`There is no thread ${threadId}.`);
    const frames = debuggee.session.frames(threadId);
    const shown = frames.slice(startFrame, levels > 0 ? startFrame + levels : undefined);
    return { stackFrames: shown.map((frame) => stackFrame(context, threadId, frame)), totalFrames: frames.length };
  },
  scopes: (context, { frameId }) => {
    const debuggee = context.standing;
    if (debuggee instanceof Refusal) return debuggee;
    const frame = context.frames.frame(frameId);
    if (frame === undefined) return new Refusal('That frame is no longer there.');
    return {
      scopes: debuggee.inspector.scopes().map((node) => {
        const { variablesReference, indexedVariables } = context.variables.render(node);
        return {
          name: node.name, variablesReference, expensive: node.isLazy === true,
          ...(node.name === 'Registers' ? { presentationHint: 'registers' } : {}), ...(indexedVariables === undefined ? {} : { indexedVariables }),
        };
      }),
    };
  },
  variables: (context, args) => {
    const debuggee = context.standing;
    if (debuggee instanceof Refusal) return debuggee;
    const node = context.variables.node(args.variablesReference);
    return node === undefined ? new Refusal('These variables are no longer there.') : { variables: context.variables.children(node, args) };
  },
  setVariable: (context, { variablesReference, name, value }) => {
    const debuggee = context.standing;
    if (debuggee instanceof Refusal) return debuggee;
    const node = context.variables.child(variablesReference, name);
    return node === undefined ? new Refusal(`'${name}' is no longer there.`) : assign(context, debuggee, node, value);
  },
  setExpression: (context, { expression, value }) => {
    const debuggee = context.standing;
    if (debuggee instanceof Refusal) return debuggee;
    return assign(context, debuggee, { name: expression, value: '', expression, set: (text) => debuggee.inspector.assign(expression, text) }, value);
  },
  evaluate: (context, { expression, context: purpose, format }) => {
    const debuggee = context.standing;
    if (debuggee instanceof Refusal) return debuggee;
    const result = debuggee.inspector.evaluate(expression);
    if (!result.ok) return new Refusal(result.message);
    const { node } = result;
    if (purpose === 'clipboard') return { result: clipboardText(node), variablesReference: 0 };
    const { value, ...rest } = context.variables.render(node, format);
    return { result: value, ...rest };
  },
  completions: (context, { text, column, line }) => {
    const debuggee = context.standing;
    if (debuggee instanceof Refusal) return debuggee;
    // Of a text of several lines only the present one is an expression.
    const shown = text.split('\n')[Math.max(0, context.client.fromLine(line ?? context.client.line(0)))] ?? '';
    const at = Math.max(0, Math.min(shown.length, context.client.fromColumn(column)));
    return {
      targets: debuggee.inspector.complete(shown, at).map(({ label, insert, start, end, kind, detail }) => ({
        label, text: insert ?? label, type: KINDS[kind], start: context.client.column(start), length: end - start, detail,
      })),
    };
  },
  exceptionInfo: (context) => {
    const debuggee = context.standing;
    if (debuggee instanceof Refusal) return debuggee;
    const exception = context.stop?.exception;
    return exception === undefined ? new Refusal('Nothing went wrong here.') : explanation(exception, debuggee, context.sources);
  },
};

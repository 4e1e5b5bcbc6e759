/**
 * What went wrong, as the exception view shows it: what happened, why, the event record field by field,
 * the likely causes and where to look. Editors turn `file:line:column` into links.
 */
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import type { SourceRange } from '../../model/problem.ts';
import type { FaultExplanation } from '../inspect/fault.ts';
import type { ExceptionInfo } from '../session/types.ts';
import type { Debuggee } from './debuggee.ts';
import type { Sources } from './sources.ts';

const MOST_CAUSES = 4;

/** The answer to `exceptionInfo`. */
export function explanation(exception: ExceptionInfo, { session, inspector }: Debuggee, sources: Sources): P.ExceptionInfoResponse['body'] {
  const { record, outcome } = exception;
  const fault = record === undefined ? undefined : inspector.explainFault({ smmu: session.step?.smmu ?? 0, record, sentence: exception.text });
  const lines = [...sides(exception), ...place(exception.cause, sources), ...(fault === undefined ? [] : faultLines(fault, sources))];
  return {
    exceptionId: fault?.title ?? exception.name,
    description: exception.text,
    breakMode: 'always',
    details: {
      message: exception.text, typeName: exception.name, fullTypeName: `${exception.filter}.${exception.name}`,
      ...(outcome === undefined ? {} : { evaluateName: 'last' }),
      ...(lines.length === 0 ? {} : { stackTrace: lines.join('\n') }),
    },
  };
}

function faultLines({ fields, causes, checks, meaning }: FaultExplanation, sources: Sources): string[] {
  const width = Math.max(0, ...fields.map(({ name }) => name.length));
  const found = causes.filter(({ isFound }) => isFound);
  const shown = (found.length > 0 ? found : causes).slice(0, MOST_CAUSES);
  // The cause comes first: editors show a few lines and let the rest be scrolled to.
  return [
    found.length > 0 ? 'Cause:' : 'Usual causes:', ...shown.flatMap(({ text, at }) => [`- ${text}`, ...place(at, sources)]),
    ...(found.length > 0 || checks.length === 0 ? [] : ['Look at:', ...checks.map((check) => `- ${check}`)]),
    '', meaning, '', ...fields.map(({ name, value }) => `${name.padEnd(width)}  ${value}`),
  ];
}

function sides({ outcome }: ExceptionInfo): string[] {
  if (outcome?.expected === undefined || outcome.actual === undefined) return [];
  return [`expected  ${outcome.expected}`, `actual    ${outcome.actual}`];
}

function place(at: SourceRange | undefined, sources: Sources): string[] {
  if (at === undefined) return [];
  const { line, column } = sources.position(at.file, at.start);
  return [`  at ${at.file}:${line + 1}:${column + 1}`];
}

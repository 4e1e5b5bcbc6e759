/**
 * What the adapter tells a client that it can do. docs/dap.md lists each capability with the test
 * that shows it.
 */
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { EXCEPTION_FILTERS } from '../trace/exceptions.ts';

const CONDITION = 'An expression over the fields of the record, for example: sid == 8 && RnW == 1';

/** All exception filters as the client shows them. */
const FILTERS: readonly P.ExceptionBreakpointsFilter[] = EXCEPTION_FILTERS.map(({ id, label, text, isDefault }) => ({
  filter: id, label, description: text, default: isDefault, supportsCondition: true, conditionDescription: CONDITION,
}));

/** The answer to `initialize`. */
export const CAPABILITIES: P.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsFunctionBreakpoints: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsEvaluateForHovers: true,
  exceptionBreakpointFilters: [...FILTERS],
  supportsStepBack: true,
  supportsSetVariable: true,
  supportsRestartFrame: true,
  supportsGotoTargetsRequest: true,
  supportsStepInTargetsRequest: true,
  supportsCompletionsRequest: true,
  completionTriggerCharacters: ['.', '(', '"'],
  supportsModulesRequest: true,
  additionalModuleColumns: [
    { attributeName: 'streams', label: 'Streams', type: 'string', width: 20 },
    { attributeName: 'queues', label: 'Queues', type: 'string', width: 30 },
  ],
  supportedChecksumAlgorithms: ['SHA256'],
  supportsRestartRequest: true,
  supportsExceptionOptions: true,
  supportsValueFormattingOptions: true,
  supportsExceptionInfoRequest: true,
  supportsDelayedStackTraceLoading: true,
  supportsLoadedSourcesRequest: true,
  supportsLogPoints: true,
  supportsSetExpression: true,
  supportsTerminateRequest: true,
  supportsDataBreakpoints: true,
  supportsReadMemoryRequest: true,
  supportsWriteMemoryRequest: true,
  supportsDisassembleRequest: true,
  supportsCancelRequest: true,
  supportsBreakpointLocationsRequest: true,
  supportsClipboardContext: true,
  supportsSteppingGranularity: true,
  supportsInstructionBreakpoints: true,
  supportsExceptionFilterOptions: true,
  supportsSingleThreadExecutionRequests: true,
  supportsDataBreakpointBytes: true,
  supportsANSIStyling: true,
};

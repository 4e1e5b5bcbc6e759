/**
 * The requests of the Debug Adapter Protocol that the adapter answers, each with the types of its
 * arguments and of its answer, and what a handler is. Holds no behaviour.
 */
import type { DebugProtocol as P } from '@vscode/debugprotocol';

/** A request that cannot be carried out, and why; the editor shows the sentence. */
export class Refusal {
  readonly message: string;
  /** Whether a dialog shows it; false where the client has a better place, such as a hover. */
  readonly isForUser: boolean;

  constructor(message: string, isForUser = false) {
    this.message = message;
    this.isForUser = isForUser;
  }
}

/** Where the `locations` request leads. */
export interface LocationsBody {
  readonly source: P.Source;
  readonly line: number;
  readonly column?: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

/** What a launch configuration says. */
export interface LaunchArguments extends P.LaunchRequestArguments {
  /** The scenario: an absolute path, or a name where `scenario` has the text. */
  readonly program?: string;
  /** The text of a scenario that is no file. Names in it are looked up from `program`. */
  readonly scenario?: string;
  readonly stopOnEntry?: boolean;
  /** Stop behind the last line instead of ending, so that one can go back. */
  readonly stopOnEnd?: boolean;
}

/** Arguments and answer of one request. */
interface Exchange<Args, Response extends P.Response> {
  readonly args: Args;
  readonly body: Response extends { body?: infer Body } ? (unknown extends Body ? undefined : Exclude<Body, undefined>) : undefined;
}

/** Every request that is answered. Those named `vsmmu/...` are our own, for our own client. */
export interface Requests {
  readonly initialize: Exchange<P.InitializeRequestArguments, P.InitializeResponse>;
  readonly launch: Exchange<LaunchArguments, P.LaunchResponse>;
  readonly configurationDone: Exchange<P.ConfigurationDoneArguments, P.ConfigurationDoneResponse>;
  readonly restart: Exchange<P.RestartArguments, P.RestartResponse>;
  readonly terminate: Exchange<P.TerminateArguments, P.TerminateResponse>;
  readonly disconnect: Exchange<P.DisconnectArguments, P.DisconnectResponse>;
  readonly cancel: Exchange<P.CancelArguments, P.CancelResponse>;

  readonly setBreakpoints: Exchange<P.SetBreakpointsArguments, P.SetBreakpointsResponse>;
  readonly setFunctionBreakpoints: Exchange<P.SetFunctionBreakpointsArguments, P.SetFunctionBreakpointsResponse>;
  readonly setExceptionBreakpoints: Exchange<P.SetExceptionBreakpointsArguments, P.SetExceptionBreakpointsResponse>;
  readonly dataBreakpointInfo: Exchange<P.DataBreakpointInfoArguments, P.DataBreakpointInfoResponse>;
  readonly setDataBreakpoints: Exchange<P.SetDataBreakpointsArguments, P.SetDataBreakpointsResponse>;
  readonly setInstructionBreakpoints: Exchange<P.SetInstructionBreakpointsArguments, P.SetInstructionBreakpointsResponse>;
  readonly breakpointLocations: Exchange<P.BreakpointLocationsArguments, P.BreakpointLocationsResponse>;

  readonly continue: Exchange<P.ContinueArguments, P.ContinueResponse>;
  readonly next: Exchange<P.NextArguments, P.NextResponse>;
  readonly stepIn: Exchange<P.StepInArguments, P.StepInResponse>;
  readonly stepOut: Exchange<P.StepOutArguments, P.StepOutResponse>;
  readonly stepBack: Exchange<P.StepBackArguments, P.StepBackResponse>;
  readonly reverseContinue: Exchange<P.ReverseContinueArguments, P.ReverseContinueResponse>;
  readonly pause: Exchange<P.PauseArguments, P.PauseResponse>;
  readonly stepInTargets: Exchange<P.StepInTargetsArguments, P.StepInTargetsResponse>;
  readonly gotoTargets: Exchange<P.GotoTargetsArguments, P.GotoTargetsResponse>;
  readonly goto: Exchange<P.GotoArguments, P.GotoResponse>;
  readonly restartFrame: Exchange<P.RestartFrameArguments, P.RestartFrameResponse>;

  readonly threads: Exchange<object, P.ThreadsResponse>;
  readonly stackTrace: Exchange<P.StackTraceArguments, P.StackTraceResponse>;
  readonly scopes: Exchange<P.ScopesArguments, P.ScopesResponse>;
  readonly variables: Exchange<P.VariablesArguments, P.VariablesResponse>;
  readonly setVariable: Exchange<P.SetVariableArguments, P.SetVariableResponse>;
  readonly setExpression: Exchange<P.SetExpressionArguments, P.SetExpressionResponse>;
  readonly evaluate: Exchange<P.EvaluateArguments, P.EvaluateResponse>;
  readonly completions: Exchange<P.CompletionsArguments, P.CompletionsResponse>;
  readonly exceptionInfo: Exchange<P.ExceptionInfoArguments, P.ExceptionInfoResponse>;
  readonly modules: Exchange<P.ModulesArguments, P.ModulesResponse>;
  readonly loadedSources: Exchange<P.LoadedSourcesArguments, P.LoadedSourcesResponse>;
  readonly source: Exchange<P.SourceArguments, P.SourceResponse>;
  readonly locations: { readonly args: { readonly locationReference: number }; readonly body: LocationsBody };

  readonly readMemory: Exchange<P.ReadMemoryArguments, P.ReadMemoryResponse>;
  readonly writeMemory: Exchange<P.WriteMemoryArguments, P.WriteMemoryResponse>;
  readonly disassemble: Exchange<P.DisassembleArguments, P.DisassembleResponse>;
}

/** What a handler gives: the body of the answer, or why there is none; now or later. */
export type Answer<Body> = Body | Refusal | Promise<Body | Refusal>;

/** One handler; `Context` is what the adapter gives all of them. */
export type Handler<Context, Name extends keyof Requests> = (
  context: Context, args: Requests[Name]['args'], request: P.Request,
) => Answer<Requests[Name]['body']>;

/** Some handlers by the names of their requests. */
export type Handlers<Context, Names extends keyof Requests = keyof Requests> = {
  readonly [Name in Names]: Handler<Context, Name>;
};

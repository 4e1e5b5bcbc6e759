/** The shape of the request tables. */
import type { CancellationToken } from 'vscode-languageserver/node';
import type { Session } from './session.ts';

/** Answers one request; `params` has the type that the protocol gives this method. */
// The protocol's types differ by method; each handler states its own.
// oxlint-disable-next-line typescript/no-explicit-any
export type Handler = (session: Session, params: any, token: CancellationToken) => unknown;

/** Handlers by method. */
export type RequestTable = Readonly<Record<string, Handler>>;

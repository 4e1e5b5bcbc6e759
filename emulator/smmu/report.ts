/** What an observer is told of a transaction as a whole: that it came, and what became of it. What lies between is told by those who do it. */
import { u64 } from '../bits/u64.ts';
import { sentenceOf } from '../steps/sentence.ts';
import type { Probe } from '../steps/probe.ts';
import { attributeName } from '../walk/attributes.ts';
import type { SmmuParts } from './parts.ts';
import { OK, TRANSLATED, type Request, type Response } from './request.ts';

/** Tells that a transaction came. */
export function reportRequest(probe: Probe, request: Request): void {
  const ssid = request.ssid < 0 ? undefined : request.ssid;
  const step = { kind: 'transaction', sid: request.sid >>> 0, ssid, address: u64(request.hi, request.lo), access: request.access } as const;
  probe.step(request.kind === TRANSLATED ? { ...step, isTranslated: true } : step);
}

/** Tells what became of a transaction. */
export function reportResult(probe: Probe, parts: SmmuParts, outcome: { readonly request: Request; readonly response: Response }): void {
  const { request, response } = outcome;
  const isOk = response.status === OK;
  const status = (['ok', 'abort', 'raz-wi', 'stall'] as const)[response.status] ?? 'abort';
  probe.step({
    kind: 'result', status, address: isOk ? u64(response.hi, response.lo) : undefined,
    attributes: isOk ? attributeName(response.attr) : '', sentence: isOk ? '' : sentenceOf(parts, request, response),
  });
}

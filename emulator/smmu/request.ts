/**
 * A transaction as it comes to an SMMU, and what becomes of it. Both are plain numbers that are meant
 * to be reused, so that running transactions allocates nothing.
 */
import { WRITE_BACK } from '../walk/attributes.ts';

/** An ordinary transaction. */
export const UNTRANSLATED = 0;
/** A PCIe ATS translation request. */
export const ATS_REQUEST = 1;
/** A transaction with an address that ATS translated. */
export const TRANSLATED = 2;
/** A type of transaction that the SMMU cannot take: aborted with F_UUT. */
export const UNSUPPORTED_TYPE = 3;

/** A transaction. */
export class Request {
  sid = 0;
  /** -1 where there is none. */
  ssid = -1;
  /** The address as signed halves. */
  hi = 0;
  lo = 0;
  /** READ, WRITE, PRIVILEGED, INSTRUCTION of walk/access.ts. */
  access = 1;
  /** UNTRANSLATED, ATS_REQUEST, TRANSLATED or UNSUPPORTED_TYPE. */
  kind = UNTRANSLATED;
  /** Incoming memory type and shareability. */
  attr = WRITE_BACK;
  share = 0;
}

/** It passed. */
export const OK = 0;
/** The device sees an abort. */
export const ABORT = 1;
/** Reads see zero, writes are ignored. */
export const RAZ_WI = 2;
/** It waits for CMD_RESUME. */
export const STALLED = 3;
/** ATS requests: unsupported request, which makes the device stop asking. */
export const UNSUPPORTED = 4;
/** ATS requests: completer abort. */
export const COMPLETER_ABORT = 5;

/** What became of a transaction. */
export class Response {
  /** OK, ABORT, RAZ_WI or STALLED; for ATS requests OK, UNSUPPORTED or COMPLETER_ABORT. */
  status = ABORT;
  /** Physical address as signed halves. */
  hi = 0;
  lo = 0;
  /** Data permissions of the translation for the access's privilege: READ and WRITE; ATS requests also INSTRUCTION. */
  permissions = 0;
  attr = 0;
  share = 0;
  /** log2 of the stretch that the translation holds for; 64 without translation. */
  size = 64;
  /** Code of the event that it caused, recorded or not; 0 for none. */
  event = 0;
  /** STAG of a stall. */
  stag = 0;
}

/**
 * A device with an ATC: it asks for translations, keeps them until they are invalidated, and sends
 * what it keeps as translated traffic. Page requests are left to whoever drives the device.
 */
import { OK, Request, type Response } from '../smmu/request.ts';
import { READ, WRITE, PRIVILEGED } from '../walk/access.ts';
import type { Ats } from './ats.ts';
import { ATC, type AtcStore } from './atc.ts';

/** What a device did to get its access through. */
export type EndpointPath = 'cached' | 'requested' | 'no permission' | 'refused';

/** The devices behind one SMMU. */
export class Endpoints {
  readonly #ats: Ats;
  readonly #atc: AtcStore;
  readonly #translated = new Request();

  constructor(ats: Ats, atc: AtcStore) {
    this.#ats = ats;
    this.#atc = atc;
  }

  /** Makes an access as a device with ATS does; `response` is that of the last message that it sent. */
  access(request: Request, response: Response): EndpointPath {
    const need = request.access & (READ | WRITE);
    let at = this.#find(request, need);
    const path = at !== 0 ? 'cached' : 'requested';
    if (at === 0) {
      this.#ats.translationRequest(request, response);
      if (response.status !== OK) return 'refused';
      if ((response.permissions & need) !== need) return 'no permission';
      this.#keep(request, response);
      at = this.#find(request, need);
    }
    this.#send(at, request, response);
    return path;
  }

  #find(request: Request, need: number): number {
    const at = this.#atc.lookup(request.sid, request.ssid, request);
    const held = this.#atc.table.data[at + ATC.permissions] ?? 0;
    if (at === 0) return 0;
    if ((held & need) === need) return at;
    // The device asks again, and must not be left with two answers for one page.
    this.#atc.table.remove(at / this.#atc.table.width);
    return 0;
  }

  #keep(request: Request, response: Response): void {
    this.#atc.insert({
      sid: request.sid, ssid: request.ssid, hi: request.hi, lo: request.lo, outHi: response.hi, outLo: response.lo,
      permissions: response.permissions, size: response.size,
    });
  }

  #send(at: number, request: Request, response: Response): void {
    const { data } = this.#atc.table;
    const size = data[at + ATC.size] ?? 12;
    const translated = this.#translated;
    const lowMask = size >= 32 ? -1 : ~(-1 << size);
    const highMask = size > 32 ? ~(-1 << (size - 32)) : 0;
    translated.sid = request.sid;
    translated.ssid = request.ssid;
    translated.access = request.access & ~PRIVILEGED;
    translated.lo = ((data[at + ATC.outLo] ?? 0) & ~lowMask) | (request.lo & lowMask);
    translated.hi = ((data[at + ATC.outHi] ?? 0) & ~highMask) | (request.hi & highMask);
    this.#ats.translated(translated, response);
  }
}

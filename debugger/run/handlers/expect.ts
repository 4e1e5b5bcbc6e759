/** Expectations about what was just done: where a DMA went, what it carried, how it failed. */
import { equal, hex } from '../../../emulator/bits/u64.ts';
import { mismatch, ok, type Act, type Handler } from '../act.ts';
import { unusable } from '../arguments.ts';
import { bytesOf, dataOf, dataText, holding, sameBytes } from '../data.ts';
import { likelyCause } from '../cause.ts';
import { expectedFields, recordText, wrongFields } from '../records.ts';
import type { DmaOutcome } from '../../system/system.ts';
import { dmaText } from './device.ts';

function lastDma({ memo }: Act): DmaOutcome {
  return memo.dma ?? unusable('there has been no DMA yet that this could be about');
}

const pa: Handler = (act) => {
  const dma = lastDma(act);
  const expected = act.args.wide('address');
  if (dma.status === 'ok' && dma.address !== undefined && equal(dma.address, expected)) return ok(`reached ${hex(expected)}`);
  const text = dma.status === 'ok' ? 'the DMA went to another address' : 'the DMA did not pass';
  return mismatch(text, { expected: `reached ${hex(expected)}`, actual: dmaText(dma) }, likelyCause(act, 'passes'));
};

const data: Handler = (act) => {
  const actual = lastDma(act).data;
  if (actual === undefined) return mismatch('there are no data', { expected: 'data', actual: dmaText(lastDma(act)) }, likelyCause(act, 'passes'));
  const value = act.args.value('data');
  const expected = value?.kind === 'text' ? dataOf(value.text) : bytesOf(holding(act.args.wide('data'), actual.length), actual.length);
  // A text may be shorter than what was read: what follows it does not matter.
  const compared = value?.kind === 'text' ? actual.subarray(0, expected.length) : actual;
  if (sameBytes(compared, expected)) return ok(dataText(actual));
  return mismatch('the data differ', { expected: dataText(expected), actual: dataText(compared) });
};

const fault: Handler = (act) => {
  const dma = lastDma(act);
  const name = act.args.word('event');
  if (name === 'none') {
    if (dma.event === undefined && dma.status === 'ok') return ok('no fault');
    return mismatch(dma.event === undefined ? 'the DMA did not pass' : 'the DMA met a fault', { expected: 'no fault', actual: dmaText(dma) }, likelyCause(act, 'passes'));
  }
  const fields = expectedFields(act, name);
  const expected = [name, ...fields.map((f) => `${f.name}=${hex(f.value)}`)].join(' ');
  const actual = dma.status === 'ok' ? `no fault: ${dmaText(dma)}` : dma.record === undefined ? (dma.event ?? dmaText(dma)) : recordText(dma.record, fields);
  if (dma.event !== name) return mismatch(dma.status === 'ok' ? 'the DMA passed, it should have faulted' : 'the DMA met another fault', { expected, actual }, likelyCause(act, 'faults'));
  if (fields.length > 0 && dma.record === undefined) return mismatch('the event was not recorded, so its fields are not known', { expected, actual });
  const wrong = wrongFields(dma.record ?? [], fields);
  return wrong.length === 0 ? ok(actual) : mismatch(`${wrong.join(', ')} of the record ${wrong.length === 1 ? 'differs' : 'differ'}`, { expected, actual });
};

const stall: Handler = (act) => {
  const dma = lastDma(act);
  if (dma.status === 'stall') return ok(dmaText(dma));
  return mismatch('the DMA does not wait', { expected: 'stalled', actual: dmaText(dma) });
};

const expectOk: Handler = (act) => {
  const last = act.memo.last ?? unusable('nothing has been done yet that this could be about');
  return last.ok ? ok(last.text) : mismatch('the last action was not done', { expected: 'done', actual: last.text });
};

const expectRefused: Handler = (act) => {
  const last = act.memo.last ?? unusable('nothing has been done yet that this could be about');
  const text = act.args.optionalWord('text') ?? '';
  const expected = text === '' ? 'refused' : `refused: ${text}`;
  if (last.ok) return mismatch('the last action was not refused', { expected, actual: `done: ${last.text}` });
  return last.text.includes(text) ? ok(last.text) : mismatch('it was refused for another reason', { expected, actual: `refused: ${last.text}` });
};

/** The handlers of expectations about the last action. */
export const EXPECT_HANDLERS: Readonly<Record<string, Handler>> = {
  'expect.pa': pa, 'expect.data': data, 'expect.fault': fault, 'expect.stall': stall, 'expect.ok': expectOk, 'expect.refused': expectRefused,
};

/**
 * The stream table entries of guests beside those that the hardware uses, field by field, with what the
 * hypervisor made of each. Guests without a table of their own have nothing to compare.
 */
import { hex } from '../../emulator/bits/u64.ts';
import type { ComparedField } from '../../emulator/hypervisor/compare.ts';
import { decode, type Field, setField } from '../../emulator/fields/layout.ts';
import { STE } from '../../emulator/fields/ste.ts';
import { fieldName, fieldText } from '../inspect/structure.ts';
import { cell, columns, page, type Row, type Table, type ViewAnswer, type ViewSource } from './page.ts';

const VERDICTS: Readonly<Record<ComparedField['verdict'], string>> = {
  same: 'as the guest wrote it', merged: "follows from the guest's", host: "the hypervisor's own", dropped: "the guest's wish has no effect", differs: 'the hardware does something else',
};
const MARKS: Readonly<Record<ComparedField['verdict'], Row['mark']>> = { same: null, merged: 'present', host: 'muted', dropped: 'warning', differs: 'warning' };

/** The view. */
export function guestHostView({ session, place }: ViewSource): ViewAnswer {
  const { system } = session;
  const all = system.devices.flatMap((device) => {
    const comparison = system.compare(device);
    return comparison === undefined ? [] : [{ device, comparison, isSet: comparison.fields.some(({ field, guest }) => field.name === 'V' && guest.lo === 1) }];
  });
  // Devices that their guest has set up come first; of the others there is little to say.
  const compared = [...all.filter(({ isSet }) => isSet), ...all.filter(({ isSet }) => !isSet)];
  if (compared.length === 0) {
    const advice = 'Run a scenario with a guest that has an emulated SMMU, for example vsmmu-merge-v3.smmu, and stop after its driver has attached a device.';
    return { kind: 'empty', text: 'No guest of this scenario has a stream table entry of its own.', advice };
  }
  const set = all.filter(({ isSet }) => isSet);
  const wrong = set.filter(({ comparison }) => !comparison.isFollowed).length;
  return page({
    title: 'Guest against host STE',
    facts: [
      `${all.length === 1 ? '1 device' : `${all.length} devices`} of guests`, `${set.length} set up by the guest`,
      wrong === 0 ? 'the hardware follows each of those' : `the hardware does not follow ${wrong} of those`,
    ],
    tables: compared.map(({ device, comparison }): Table => ({
      id: device.name, title: `${device.name}: ${comparison.sentence}`, columns: columns('Field', '`Guest', '`Host', 'What became of it', 'What it is'),
      empty: 'Both entries are all zeros.', rows: comparison.fields.map((field) => rowOf(field, device.at === undefined ? null : place(device.at))),
    })),
  });
}

/** A value with what it means. */
function valueText(field: Field, value: ComparedField['guest']): string {
  const words = new Uint32Array(STE.words);
  setField(words, field, value);
  const found = decode(STE, words).find((v) => v.field === field);
  return found === undefined ? hex(value) : fieldText(found);
}

function rowOf({ field, guest, host, verdict }: ComparedField, at: ReturnType<ViewSource['place']>): Row {
  return {
    cells: [cell(fieldName(field), { place: at }), cell(valueText(field, guest)), cell(valueText(field, host)), cell(VERDICTS[verdict]), cell(field.text)],
    mark: MARKS[verdict], note: '',
  };
}

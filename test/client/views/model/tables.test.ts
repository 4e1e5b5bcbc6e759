import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterRows, matcher, nextSorting, type Row, sortRows, type Table, toCsv, toMarkdown } from '../../../../client/views/model/tables.ts';

const row = (...values: readonly (string | number | null)[]): Row => ({
  cells: values.map((value) => ({ parts: value === null ? [] : [{ text: typeof value === 'number' ? `0x${value.toString(16)}` : value, place: null }], sort: value })),
  mark: null, note: '',
});
const first = (rows: readonly Row[]): string[] => rows.map(({ cells }) => cells[0]?.parts[0]?.text ?? '-');
const COLUMNS: Table['columns'] = [{ title: 'Name', kind: 'text' }, { title: 'Id', kind: 'code' }];

describe('sorting', () => {
  const rows = [row('eth10', 5), row('eth9', null), row('', 0x100), row('eth9b', 20)];

  it('is natural for names, by value for numbers, and leaves what has no value to the end', () => {
    expect(first(sortRows(rows, { column: 0, descending: 'no' }))).toEqual(['', 'eth9', 'eth9b', 'eth10']);
    expect(first(sortRows(rows, { column: 1, descending: 'no' }))).toEqual(['eth10', 'eth9b', '', 'eth9']);
    expect(first(sortRows(rows, { column: 1, descending: 'yes' }))).toEqual(['', 'eth9b', 'eth10', 'eth9']);
    expect(sortRows(rows, null)).toBe(rows);
    expect(first(sortRows(rows, { column: 9, descending: 'no' }))).toEqual(first(rows));
  });

  it('goes up, down and back by one head', () => {
    const up = nextSorting(null, 1);
    const down = nextSorting(up, 1);
    expect([up, down, nextSorting(down, 1), nextSorting(down, 0)]).toEqual([
      { column: 1, descending: 'no' }, { column: 1, descending: 'yes' }, null, { column: 0, descending: 'no' },
    ]);
  });
});

describe('the filter', () => {
  it.each<[string, readonly string[]]>([
    ['', ['eth0', 'usb']], ['ETH', ['eth0']], ['eth 0x20', ['eth0']], ['eth usb', []], ['32', ['eth0']], ['9', []], ['3', ['usb']], ['shared', ['usb']],
  ])('%j finds %j', (filter, expected) => {
    const rows = [row('eth0', 0x20), { ...row('usb', 0x3), note: 'shared' }];
    expect(first(filterRows(rows, filter))).toEqual(expected);
  });

  it('finds a number by either spelling', () => {
    fc.assert(fc.property(fc.nat(), (number) => {
      const line = `dev 0x${number.toString(16)} x`;
      expect(matcher(String(number))(line)).toBe(true);
      expect(matcher(`0x${number.toString(16)}`)(line)).toBe(true);
    }));
  });
});

/** RFC 4180, read independently of how it is written. */
function parseCsv(csv: string): string[][] {
  const lines: string[][] = [];
  let [fields, at]: [string[], number] = [[], 0];
  while (at < csv.length) {
    let field = '';
    if (csv[at] === '"') {
      for (at += 1; csv[at] !== '"' || csv[at + 1] === '"'; at += 1) {
        if (csv[at] === '"') at += 1;
        field += csv[at];
      }
      at += 1;
    } else while (csv[at] !== ',' && csv[at] !== '\r') field += csv[at++];
    fields.push(field);
    if (csv[at] === ',') at += 1;
    else {
      lines.push(fields);
      [fields, at] = [[], at + 2];
    }
  }
  return lines;
}

describe('copies', () => {
  it('are Markdown that shows what was there', () => {
    expect(toMarkdown(COLUMNS, [row('a|b <c> [d](e)', '0x1|2'), row(null, null)])).toBe(
      '| Name | Id |\n| --- | --- |\n| a\\|b \\<c\\> \\[d\\](e) | `0x1\\|2` |\n|  |  |\n');
  });

  it('are CSV that a spreadsheet does not run', () => {
    expect(toCsv(COLUMNS, [row('a,"b"', 1), row('=cmd()', '-1'), row('line\nbreak', null)])).toBe(
      `Name,Id\r\n"a,""b""",0x1\r\n'=cmd(),'-1\r\n"line\nbreak",\r\n`);
  });

  it('keep every field of a CSV apart', () => {
    fc.assert(fc.property(fc.array(fc.string(), { minLength: 2, maxLength: 2 }), (values) => {
      const plain = values.map((value) => (/^[=+\-@\t\r]/.test(value) ? `'${value}` : value));
      expect(parseCsv(toCsv(COLUMNS, [row(...values)]))[1]).toEqual(plain);
    }));
  });
});

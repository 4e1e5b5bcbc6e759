import { describe, expect, it } from 'vitest';
import { DTC_CHECKS, DTC_RULES } from '../../../../model/devicetree/checks/index.ts';
import { CheckTree } from '../../../../model/devicetree/checks/view.ts';
import { MERGED_CHECKS } from '../../../../model/devicetree/checks/merged.ts';
import { checkTree, FILE, findingsOf, mergeSource } from './support.ts';

describe('dtc checks', () => {
  it.each(DTC_RULES.map((rule) => [rule.id, rule] as const))('%s fires on its bad example only', (_, rule) => {
    const bad = [...rule.check(checkTree(rule.bad))];
    expect(bad.map((p) => p.id)).toContain(rule.id);
    for (const problem of bad) {
      expect(problem.level).toBe(rule.level);
      expect(problem.range).toMatchObject({ file: FILE });
      expect(problem.range.end).toBeGreaterThan(problem.range.start);
    }
    expect([...rule.check(checkTree(rule.good))]).toEqual([]);
  });

  it.each(MERGED_CHECKS.map((rule) => [rule.id, rule] as const))('%s is reported by the merge', (_, rule) => {
    expect(mergeSource(rule.bad).problems.map((p) => p.id)).toContain(rule.id);
    expect(mergeSource(rule.good).problems).toEqual([]);
  });

  it('have words of their own', () => {
    expect(new Set(DTC_CHECKS.map((r) => r.id)).size).toBe(DTC_CHECKS.length);
    for (const rule of DTC_CHECKS) {
      expect(rule.id).toMatch(/^dtc-[a-z0-9-]+$/);
      expect(rule.title).not.toMatch(/\.$/);
      expect(rule.explanation).toMatch(/\.$/);
    }
  });
});

describe('a partial device tree', () => {
  const body = 'gic: gic { phandle = <0xfde8>; interrupt-controller; #interrupt-cells = <3>; }; passthrough { '
    + 'a { interrupt-parent = <0x99>; interrupts = <0 1 4>; clocks = <0x98 1>; iommus = <0x97 1>; interrupt-map = <0 1 0x96 0>; #address-cells = <1>; #size-cells = <0>; #interrupt-cells = <1>; }; '
    + 'b { interrupt-parent = <0xfde8>; interrupts = <0 1>; }; };';
  const found = (source: string): string[] => {
    const tree = checkTree(source);
    return DTC_RULES.flatMap((rule) => findingsOf(rule, tree).map((f) => `${rule.id} ${f.node.name}`)).filter((f) => /interrupt|clocks|iommus/.test(f));
  };

  it('may refer by number to what only the guest has, but not miscount', () => {
    expect(found(`/ { ${body} };`)).toEqual(['dtc-interrupts-property b']);
  });

  it('is none where there are CPUs', () => {
    expect(found(`/ { cpus { }; ${body} };`)).toEqual(expect.arrayContaining(['dtc-iommus-property a', 'dtc-clocks-property a', 'dtc-interrupts-property a', 'dtc-interrupt-map a']));
  });
});

describe('slices', () => {
  const many = (count: number): string => `/ { #address-cells = <1>; #size-cells = <1>; compatible = "simple-bus"; clk: clk { #clock-cells = <0>; }; ${
    Array.from({ length: count }, (_, i) => `d${i}@${i.toString(16)} { reg = <${i} 1>; clocks = <&clk>; interrupts = <1>; status = "okay"; };`).join('\n')} };`;

  it('read the same tree as at once', () => {
    const { tree, text } = checkTree(many(3000));
    const steps = CheckTree.steps(tree, text);
    let pauses = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) pauses += 1;
    expect(pauses).toBeGreaterThan(5);
    const whole = new CheckTree(tree, text);
    expect(step.value.nodes.length).toBe(3002);
    expect(step.value.nodes.every((node, i) => node === whole.nodes[i])).toBe(true);
    expect(step.value.simpleBuses.size).toBe(1);
    expect(step.value.properties('reg').length).toBe(3000);
  });

  it('find the same as at once, with a pause for every thousand nodes of a silent check', () => {
    const tree = checkTree(many(5000));
    for (const rule of DTC_RULES) {
      const steps = [...rule.steps(tree)];
      expect(steps.filter((step) => step !== undefined)).toEqual([...rule.check(tree)]);
      if (rule.id === 'dtc-unit-address-format' || rule.id === 'dtc-clocks-property') expect(steps.length).toBeGreaterThanOrEqual(4);
    }
  });
});

describe('fixes', () => {
  /** The source after the fixes of one rule. */
  function mended(id: string, source: string): string {
    const tree = checkTree(source);
    const rule = DTC_RULES.find((r) => r.id === id)!;
    const edits = [...rule.check(tree)].flatMap((p) => p.fixes?.flatMap((fix) => fix.edits) ?? []).sort((a, b) => b.range.start - a.range.start);
    return edits.reduce((text, { range, text: by }) => text.slice(0, range.start) + by + text.slice(range.end), tree.text.text);
  }

  it.each([
    'dtc-unit-address-format', 'dtc-simple-bus-reg', 'dtc-i2c-bus-reg', 'dtc-spi-bus-reg', 'dtc-i2c-bus-bridge', 'dtc-spi-bus-bridge', 'dtc-pci-device-reg', 'dtc-chosen-node-stdout-path',
  ])('of %s mend its bad example', (id) => {
    const rule = DTC_RULES.find((r) => r.id === id)!;
    const after = mended(id, rule.bad.replace('@d0 {\n\t\t\treg = <0xd0>', '@68 {\n\t\t\treg = <0x69>'));
    expect(findingsOf(rule, checkTree(after))).toEqual([]);
  });

  it('rename a node in every statement that opens it by name', () => {
    const after = mended('dtc-unit-address-format', '/ { a@0x1 { }; };\n/ { l: a@0x1 { x; }; };\n&l { y; };');
    expect(after).toBe('/dts-v1/;\n/ { a@1 { }; };\n/ { l: a@1 { x; }; };\n&l { y; };');
  });

  it('are not offered where the new name is taken', () => {
    const source = '/ { a@0x1 { }; a@1 { }; };';
    expect(mended('dtc-unit-address-format', source)).toContain(source);
  });
});

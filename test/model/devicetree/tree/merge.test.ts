import { describe, expect, it } from 'vitest';
import { found, shape, treeOf } from './dts.ts';

const SHAPES: { why: string; text: string; shape: string }[] = [
  { why: 'an override keeps the place of the property', text: '/ { a; b; }; / { a = <1>; c; };', shape: '/{a;b;c;}' },
  { why: 'bodies of one node are joined', text: '/ { n { a; }; }; / { n { b; }; };', shape: '/{n{a;b;};}' },
  { why: 'a label reaches its node', text: '/ { l: n { a; }; }; &l { b; m { }; };', shape: '/{n{a;b;m{};};}' },
  { why: 'a path reaches its node', text: '/ { n { m@1 { }; }; }; &{/n/m@1} { b; };', shape: '/{n{m@1{b;};};}' },
  { why: 'a label with a path reaches below', text: '/ { l: n { m@1 { }; }; }; &{l/m@1} { b; };', shape: '/{n{m@1{b;};};}' },
  { why: 'a deleted property is gone', text: '/ { a; b; }; / { /delete-property/ a; };', shape: '/{b;}' },
  { why: 'a revived property stands where it stood', text: '/ { a; b; }; / { /delete-property/ a; a; };', shape: '/{a;b;}' },
  { why: 'a deleted node is gone', text: '/ { n { }; m { }; }; / { /delete-node/ n; };', shape: '/{m{};}' },
  { why: 'a revived node stands where it stood, empty', text: '/ { n { a; k { }; }; m { }; }; / { /delete-node/ n; }; / { n { b; }; };', shape: '/{n{b;};m{};}' },
  { why: 'a node is deleted by label', text: '/ { l: n { }; m { }; }; /delete-node/ &l;', shape: '/{m{};}' },
  { why: 'deletion in the body that makes a node does nothing to what stands before it', text: '/ { n { a; /delete-property/ a; }; };', shape: '/{n{a;};}' },
  { why: 'deletion in a body for an existing node works in order', text: '/ { n { }; }; / { n { a; /delete-property/ a; }; };', shape: '/{n{};}' },
  { why: 'an unreferenced node is left out', text: '/ { /omit-if-no-ref/ l: n { }; m { }; };', shape: '/{m{};}' },
  { why: 'a referenced node is kept', text: '/ { /omit-if-no-ref/ l: n { }; m { r = <&l>; }; };', shape: '/{n{};m{r;};}' },
  { why: 'a node referenced from one left out is kept', text: '/ { /omit-if-no-ref/ l: n { }; /omit-if-no-ref/ m { r = <&l>; }; };', shape: '/{n{};}' },
  { why: 'the statement form leaves out too', text: '/ { l: n { }; }; /omit-if-no-ref/ &l;', shape: '/{}' },
  { why: 'an overlay keeps foreign statements as fragments', text: '/dts-v1/; /plugin/; &l { a; }; &{/n} { b; };', shape: '/{fragment@0{target;__overlay__{a;};};fragment@1{target-path;__overlay__{b;};};}' },
  { why: 'an overlay extends its own nodes', text: '/dts-v1/; /plugin/; / { l: n { }; }; &l { a; };', shape: '/{n{a;};}' },
];

describe('merge', () => {
  it.each(SHAPES)('$why', ({ text, shape: expected }) => {
    const result = treeOf(text);
    expect(found(result)).toEqual([]);
    expect(shape(result.tree.root)).toBe(expected);
  });

  it('keeps labelled nodes under -@', () => {
    const text = '/ { /omit-if-no-ref/ l: n { }; /omit-if-no-ref/ m { }; };';
    expect(shape(treeOf(text, { symbols: true }).tree.root)).toBe('/{n{};}');
    expect(treeOf(text).tree.omittedNodes.map((n) => n.name)).toEqual(['n', 'm']);
  });

  it('lets the label win that survives a deletion', () => {
    const { tree, problems } = treeOf('/ { l: a { }; l: b { }; }; /delete-node/ &l;');
    expect(problems).toEqual([]);
    expect(tree.labels.get('l')?.name).toBe('b');
  });

  it('records what was overridden and deleted', () => {
    const { tree } = treeOf('/ { p = <1>; q; n { }; }; / { p = <2>; p = <3>; /delete-property/ q; /delete-node/ n; };');
    expect(tree.root.properties.get('p')?.overridden).toHaveLength(2);
    expect(tree.root.deletedProperties.map((d) => d.property.name)).toEqual(['q']);
    expect(tree.deletedNodes.map((d) => d.node.name)).toEqual(['n']);
  });
});

const FAULTS: { text: string; problems: string[] }[] = [
  { text: '/ { a; a; };', problems: ['dtc-duplicate-property-names: a'] },
  { text: '/ { n { }; n { }; };', problems: ['dtc-duplicate-node-names: n'] },
  { text: '/ { l: n { }; l: m { }; };', problems: ['dtc-duplicate-label: l:'] },
  { text: '/ { l: n { l: p; }; };', problems: ['dtc-duplicate-label: l:'] },
  { text: '/ { p = <l: 1 l: 2>; };', problems: ['dtc-duplicate-label: l:'] },
  { text: '/ { p = <&nowhere>; };', problems: ['dtc-phandle-references: &nowhere'] },
  { text: '/ { p = &nowhere; };', problems: ['dtc-path-references: &nowhere'] },
  { text: '/ { }; &nowhere { };', problems: ['dts-unknown-target: &nowhere'] },
  { text: '/ { }; /delete-node/ &nowhere;', problems: ['dts-unknown-target: &nowhere'] },
  { text: '/ { l: n { }; }; /delete-node/ &l; &l { };', problems: ['dts-unknown-target: &l'] },
  { text: '/dts-v1/; /plugin/; / { p = <&nowhere>; };', problems: [] },
  { text: '/dts-v1/; /plugin/; / { p = &nowhere; };', problems: ['dtc-path-references: &nowhere'] },
];

describe('problems of the merge', () => {
  it.each(FAULTS)('$text', ({ text, problems }) => {
    expect(found(treeOf(text))).toEqual(problems);
  });

  it('offers the nearest label', () => {
    const { problems } = treeOf('/ { p = <&smuu0>; smmu0: n { }; };');
    expect(problems[0]?.fixes?.[0]?.text).toBe('&smmu0');
  });
});

/** Guests over a real process: a mistake in one file shows in another, and every request is answered. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Client, type Published, uriOf } from '../client.ts';
import { failures, prepare } from '../../debugger/run/support.ts';
import { connect } from './build.ts';

const clients: Client[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A server on a copy of the examples. */
async function session(capabilities: object = {}): Promise<{ client: Client; at: (name: string) => string; read: (name: string) => string }> {
  const folder = mkdtempSync(join(tmpdir(), 'vsmmu-guests-'));
  folders.push(folder);
  cpSync('examples', folder, { recursive: true });
  const client = await connect({ folder, capabilities });
  clients.push(client);
  const at = (name: string): string => join(folder, name);
  return { client, at, read: (name) => readFileSync(at(name), 'utf8') };
}

function place(text: string, needle: string, into = 1): { line: number; character: number } {
  const before = text.slice(0, text.indexOf(needle) + into).split('\n');
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}

const codes = (published: Published | undefined): string[] | undefined => published?.diagnostics.map((one) => one.code).sort();

/** Waits until the last diagnostics of a file have these codes. */
function until(client: Client, path: string, wanted: string[]): Promise<true> {
  return client.until(() => {
    const last = client.published.findLast((one) => one.uri === uriOf(path));
    return JSON.stringify(codes(last)) === JSON.stringify(wanted) ? true : undefined;
  }, `${wanted.join(', ')} in ${path}`);
}

describe.each([['an editor that is told', {}], ['an editor that asks', { textDocument: { diagnostic: {} } }]])('%s', (_kind, capabilities) => {
  it('sees a mistake in the host tree in the configuration of the guest', async () => {
    const { client, at, read } = await session(capabilities);
    const [board, config] = [at('xen/merlin-xen.dts'), at('xen/domd.cfg')];
    client.open(config, read('xen/domd.cfg'), 'xl-cfg');
    client.open(board, read('xen/merlin-xen.dts'));
    await client.request('textDocument/hover', { textDocument: { uri: uriOf(board) }, position: { line: 0, character: 0 } });
    const text = read('xen/merlin-xen.dts');
    const node = { ...place(text, '&eth0 {', 0), length: '&eth0 {'.length, text: '&eth0 { /delete-property/ iommus; interrupts = <GIC_SPI 99 IRQ_LEVEL>;' };
    client.change(board, 2, node);
    await until(client, config, ['guest-irqs-missing']);
    client.change(board, 3, { ...node, length: node.text.length, text: '&eth0 {' });
    await until(client, config, []);
  });

  it('sees its own mistakes in a configuration as they are typed', async () => {
    const { client, at, read } = await session(capabilities);
    const config = at('xen/domd.cfg');
    client.open(config, read('xen/domd.cfg'), 'xl-cfg');
    client.change(config, 2, { ...place(read('xen/domd.cfg'), 'irqs = [ 64 ]', 9), length: 2, text: '32' });
    await until(client, config, ['guest-irqs-missing']);
  });
});

describe('a configuration on its own', () => {
  it('is checked where nothing lists it, and its problems go when it is closed', async () => {
    const { client, at } = await session();
    for (const path of [at('xen/new.cfg'), at('nowhere/new.cfg')]) {
      client.open(path, 'name = "x"\nkernel = "Image"\nmemory = 64\nirqs = [ 5 ]\n', 'xl-cfg');
      await until(client, path, ['xl-irqs']);
      client.notify('textDocument/didClose', { textDocument: { uri: uriOf(path) } });
      await until(client, path, []);
    }
  });

  it('is not sent the same problems twice', async () => {
    const { client, at } = await session();
    const path = at('nowhere/new.cfg');
    const text = 'name = "x"\nkernel = "Image"\nmemory = 64\nirqs = [ 5 ]\n';
    client.open(path, text, 'xl-cfg');
    await until(client, path, ['xl-irqs']);
    const before = client.published.length;
    client.change(path, 2, { ...place(text, 'memory = 64', 9), length: 2, text: '32' });
    await client.request('vsmmu/ownership', { uri: uriOf(path) });
    client.change(path, 3, { ...place(text, 'irqs = [ 5', 9), length: 1, text: '6' });
    await client.until(() => (client.published.length > before ? true : undefined), 'other problems');
    expect(client.published.slice(before).map((one) => one.diagnostics.map(({ message }) => message.slice(0, 16)))).toEqual([['Interrupt id 6 i']]);
  });
});

describe('requests about a configuration', () => {
  it('name the board of its host, and tell the editor when to ask', async () => {
    const { client, at, read } = await session();
    const config = at('xen/domd.cfg');
    client.open(config, read('xen/domd.cfg'), 'xl-cfg');
    await client.until(() => client.notifications.some((one) => one.method === 'vsmmu/contextChanged') || undefined, 'contextChanged');
    const board = { uri: uriOf(at('xen/merlin-xen.dts')), label: 'xen/merlin-xen.dts' };
    expect(await client.request('vsmmu/contexts', { uri: uriOf(config) })).toEqual({ active: board, contexts: [board], complete: true });
  });

  it('are answered from the whole system', async () => {
    const { client, at, read } = await session();
    const config = at('xen/domd.cfg');
    const text = read('xen/domd.cfg');
    client.open(config, text, 'xl-cfg');
    const textDocument = { uri: uriOf(config) };
    const ask = (method: string, needle: string, into?: number): Promise<unknown> => client.request(method, { textDocument, position: place(text, needle, into) });
    await client.request('vsmmu/ownership', textDocument);
    const hover = await ask('textDocument/hover', '/soc@') as { contents: { value: string } };
    expect(hover.contents.value).toContain("the guest's StreamID `0x0`");
    const [definition] = await ask('textDocument/definition', '/soc@') as { uri: string; range: { start: { line: number } } }[];
    expect(definition?.uri).toBe(uriOf(at('merlin/merlin.dtsi')));
    const completion = await ask('textDocument/completion', '"/soc@', 1) as { items: { label: string }[] };
    expect(completion.items.map((item) => item.label)).toContain('/soc@10000000/usb@1c300000');
    const symbols = await client.request('textDocument/documentSymbol', { textDocument }) as { name: string }[];
    expect(symbols.map((symbol) => symbol.name)).toContain('dtdev');
    expect(await client.request('textDocument/formatting', { textDocument, options: {} })).toEqual([]);
    expect(await client.request('textDocument/foldingRange', { textDocument })).toBeNull();
    const page = await client.request('vsmmu/ownership', textDocument) as { kind: string; data: { tables: { rows: { cells: { parts: { text: string; place: { uri: string; line: number } | null }[] }[] }[] }[] } };
    expect(page.kind).toBe('show');
    const picture = await client.request('vsmmu/topology', textDocument) as { data: { board: string; devices: { name: string; domain: string | null }[] } };
    expect(picture.data.board).toBe('xen/merlin-xen.dts');
    expect(picture.data.devices.flatMap(({ name, domain }) => (domain === null ? [] : [`${name} ${domain}`]))).toEqual(['dma0 dom0', 'sdhci dom0', 'usb domu1', 'eth0 domd', 'eth1 dom0', 'pcie0 dom0']);
    const row = page.data.tables[0]?.rows.find(({ cells }) => cells[0]?.parts[0]?.text === 'domd');
    expect(row?.cells.map(({ parts }) => parts.map(({ text: said, place: at }) => `${said} ${at?.uri.split('/').at(-1)}:${at?.line}`).join(', '))).toEqual([
      'domd domd.cfg:4', '/soc@10000000/ethernet@1c400000 domd.cfg:12', 'iommu@15000000 merlin.dtsi:91', '0x120 merlin-xen.dts:69', '0x0 domd.dts:29',
      '64 domd.cfg:15', '0x1c400000+0x10000 domd.cfg:18',
    ]);
  });

  it('say who owns what for a file that is not open, and once only what nobody owns', async () => {
    const { client, at } = await session();
    const ask = (name: string): Promise<unknown> => client.request('vsmmu/ownership', { uri: uriOf(at(name)) });
    expect(await ask('xen/domd.cfg')).toMatchObject({ kind: 'show', data: { title: 'Who owns what on xen/merlin-xen.dts' } });
    const told = (): number => client.notifications.filter(({ method }) => method === 'vsmmu/modelChanged').length;
    expect(await ask('merlin/merlin-evk.dts')).toMatchObject({ kind: 'empty', text: 'No guests are known for this file.' });
    const before = told();
    await ask('merlin/merlin-evk.dts');
    expect(told()).toBe(before);
  });

  it('mends a configuration by its quick fixes', async () => {
    const { client, at, read } = await session();
    const config = at('xen-faults/domd.cfg');
    const text = read('xen-faults/domd.cfg');
    client.open(config, text, 'xl-cfg');
    await until(client, config, ['guest-device-unknown', 'guest-iomem-missing', 'guest-irqs-missing', 'xl-missing-key']);
    const start = place(text, '/soc@10000000/ethernet');
    const params = { textDocument: { uri: uriOf(config) }, range: { start, end: start }, context: { diagnostics: [] } };
    const actions = await client.request('textDocument/codeAction', params) as { title: string; edit: { changes: Record<string, { newText: string }[]> } }[];
    expect(actions.map((action) => [action.title, action.edit.changes[uriOf(config)]?.[0]?.newText])).toEqual([
      ['Add 64 to irqs', ', 64'],
      ['Add "0x1c400,10" to iomem', ', "0x1c400,10"'],
    ]);
  });

  it('complete and follow xen,path in a partial tree', async () => {
    const { client, at, read } = await session();
    const partial = at('xen/domu1.dts');
    const text = read('xen/domu1.dts');
    client.open(partial, text);
    const textDocument = { uri: uriOf(partial) };
    await client.diagnostics(partial);
    await client.request('vsmmu/ownership', textDocument);
    const position = place(text, 'xen,path = "/soc', 14);
    const completion = await client.request('textDocument/completion', { textDocument, position }) as { items: { label: string }[] };
    expect(completion.items.map((item) => item.label)).toContain('/soc@10000000/ethernet@1c410000');
    const [definition] = await client.request('textDocument/definition', { textDocument, position }) as { uri: string }[];
    expect(definition?.uri).toBe(uriOf(at('merlin/merlin.dtsi')));
  });

  it('lead from a guest to all uses of a device in host and guests, and back', async () => {
    const { client, at, read } = await session();
    const [config, board, partial] = [at('xen/domd.cfg'), at('xen/merlin-xen.dts'), at('xen/domu1.dts')];
    client.open(config, read('xen/domd.cfg'), 'xl-cfg');
    client.open(board, read('xen/merlin-xen.dts'));
    client.open(partial, read('xen/domu1.dts'));
    await client.diagnostics(board);
    await client.request('vsmmu/ownership', { uri: uriOf(board) });
    const ask = async (path: string, name: string, needle: string): Promise<string[]> => {
      const params = { textDocument: { uri: uriOf(path) }, position: place(read(name), needle, 2), context: { includeDeclaration: true } };
      const places = await client.request('textDocument/references', params) as { uri: string; range: { start: { line: number } } }[];
      return places.map(({ uri, range }) => `${uri.replace(uriOf(at('')), '')}:${range.start.line + 1}`).sort();
    };
    const lines = (...names: [string, string][]): string[] => names.map(([name, needle]) => `/${name}:${place(read(name), needle).line + 1}`).sort();
    const guests: [string, string][] = [['xen/domd.cfg', 'dtdev'], ['xen/domd.dts', 'ethernet@']];
    const host: [string, string][] = [['merlin/merlin.dtsi', 'eth0: '], ['xen/merlin-xen.dts', '&eth0 {']];
    expect(await ask(config, 'xen/domd.cfg', '"/soc@')).toEqual(lines(...guests, ...host));
    expect(await ask(board, 'xen/merlin-xen.dts', '&eth0 {')).toEqual(expect.arrayContaining(lines(...guests, ...host, ['merlin/merlin-evk.dts', '&eth0 {'])));
    const usb: [string, string][] = [['merlin/merlin.dtsi', 'usb: usb@'], ['xen/merlin-xen.dts', '&usb {'], ['xen/domu1.dts', 'usb@'], ['xen/domu1.dts', 'xen,path = ']];
    expect(await ask(partial, 'xen/domu1.dts', '"/soc@')).toEqual(lines(...usb));
  });

  it('generate a partial tree of the selected devices', async () => {
    const { client, at, read } = await session({ workspace: { workspaceEdit: { documentChanges: true, resourceOperations: ['create'] } } });
    const source = at('merlin/merlin.dtsi');
    const text = read('merlin/merlin.dtsi');
    client.open(source, text);
    await client.diagnostics(source);
    // Whole lines, as a person selects them: the selection begins in front of the blanks of the first.
    const range = { start: { ...place(text, 'sdhci: mmc@', 0), character: 0 }, end: place(text, 'usb: usb@', 9) };
    const actions = await client.request('textDocument/codeAction', { textDocument: { uri: uriOf(source) }, range, context: { diagnostics: [] } }) as { title: string; edit: { documentChanges: { uri?: string; edits?: { newText: string }[] }[] } }[];
    const made = actions.find((action) => action.title === 'Generate a partial device tree of 2 nodes');
    expect(made?.edit.documentChanges[0]?.uri).toBe(uriOf(at('merlin/passthrough-mmc.dts')));
    const tree = made?.edit.documentChanges[1]?.edits?.[0]?.newText;
    expect(tree).toContain('\t\tusb@1c300000 {\n\t\t\tcompatible = "snps,dwc3";\n\t\t\tdr_mode = "host";\n\t\t\treg = <0x0 0x1c300000 0x0 0x10000>;\n\t\t\tinterrupt-parent = <0xfde8>;\n\t\t\tinterrupts = <0 26 4>;');
  });

  it.each([
    ['ethernet@1c400000', ['hypervisor xen', 'in domd', '  attach eth0', '  map eth0 0x10000000 -> 0x41000000 4K rw', 'expect ok', 'expect isolated']],
    ['usb@1c300000', ['hypervisor xen', 'in domu1', '  attach usb', 'expect ok', 'expect isolated']],
    ['ethernet@1c410000', ['probe', 'attach eth1', 'expect ok']],
  ])('make one DMA of %s in a scenario of whoever has it, which runs', async (node, expected) => {
    const { client, at, read } = await session();
    const board = at('xen/merlin-xen.dts');
    client.open(board, read('xen/merlin-xen.dts'));
    await client.request('vsmmu/ownership', { uri: uriOf(board) });
    const made = await client.request('vsmmu/dmaScenario', { uri: uriOf(board), device: `/soc@10000000/${node}`, address: '0x10000040' }) as { name: string; text: string };
    expect(made.text.split('\n')).toEqual(expect.arrayContaining(expected));
    expect(made.text.includes('project ')).toBe(expected.includes('hypervisor xen'));
    expect(failures(prepare(made.text, {}, made.name))).toEqual([]);
  });

  it('show the owner above the node of the host, and pass a device from there', async () => {
    const { client, at, read } = await session();
    const board = at('xen/merlin-xen.dts');
    client.open(board, read('xen/merlin-xen.dts'));
    const textDocument = { uri: uriOf(board) };
    await client.request('vsmmu/ownership', textDocument);
    const lenses = await client.request('textDocument/codeLens', { textDocument }) as { command: { title: string } }[];
    expect(lenses.map((lens) => lens.command.title)).toEqual(expect.arrayContaining(['domd · xl · dtdev', 'domu1 · dom0less · xen,path']));
    const start = place(read('xen/merlin-xen.dts'), '&eth1 {', 2);
    const actions = await client.request('textDocument/codeAction', { textDocument, range: { start, end: start }, context: { diagnostics: [] } }) as { title: string }[];
    expect(actions.map((action) => action.title)).toContain('Pass ethernet@1c410000 to domd');
  });
});

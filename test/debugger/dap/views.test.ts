/** The requests of our own client's views: data, moments, writers, comparisons; and what they refuse. */
import { expect, it } from 'vitest';
import { DEBUG_PAGE } from '../../../client/views/model/debugPage.ts';
import { TO_WEB } from '../../../client/views/messages.ts';
import { go, place, standing } from './stage.ts';
import { PATH } from './scenes.ts';

const TEXT = `smmu smmu0 base=0x9050000
device eth0 smmu=smmu0 sid=8
memory ram 0x80000000 256M
in host
  probe smmu0
  attach eth0
  map eth0 0x10000000 -> 0x81000000 16K rw
dma eth0 write 0x10000040 "abcd"
expect ok
`;

it('answers with a page that the script takes, at the moment where the scenario stands', async () => {
  const client = await standing(TEXT);
  const empty = await client.request('vsmmu/view', { view: 'walk' });
  expect(empty.body).toMatchObject({ kind: 'empty' });
  for (let i = 0; i < 4; i++) await go(client, 'next');
  const { body } = await client.request('vsmmu/view', { view: 'walk', options: { stage: 7, x: 'y' } });
  if (!TO_WEB(body) || body.kind !== 'show' || !DEBUG_PAGE(body.data)) throw new Error(`not a page: ${JSON.stringify(body)}`);
  expect(body.data.title).toBe('Walk of 0x10000040');
  expect(await place(client)).toMatch(/^9 /);
});

it('goes to a moment, and finds who wrote an address', async () => {
  const client = await standing(TEXT);
  for (let i = 0; i < 4; i++) await go(client, 'next');
  const { body } = await client.request('vsmmu/view', { view: 'walk' });
  const entry = body.data.phases.flatMap(({ entries }: { entries: { level: number | null; address: number; moment: object }[] }) => entries).find(({ level }: { level: number | null }) => level === 3);
  const writer = await client.request('vsmmu/writer', { address: entry.address });
  expect(writer.body).toMatchObject({ text: expect.stringMatching(/^0x[0-9a-f]+: host stores at/), place: { uri: `file://${PATH}`, line: 7 } });
  expect((await client.request('vsmmu/writer', { address: 0x8fff_0000 })).body).toMatchObject({ place: null });
  await go(client, 'vsmmu/goTo', entry.moment);
  expect(await place(client)).toMatch(/^8 level 3/);
});

it('compares with another scenario, with this one afresh and with the run before a restart', async () => {
  const client = await standing(TEXT);
  for (let i = 0; i < 4; i++) await go(client, 'next');
  expect((await client.request('vsmmu/compare', {})).body).toEqual({ text: 'this scenario run afresh: no difference so far' });
  const unknown = await client.request('vsmmu/compare', { run: 'previous' });
  expect([unknown.success, unknown.message]).toEqual([false, expect.stringContaining('has not been restarted')]);
  expect((await client.request('vsmmu/compare', { program: '/s/none.smmu' })).success).toBe(false);
  const { body } = await client.request('vsmmu/view', { view: 'timeline' });
  expect(body.data.tables[0].title).toMatch(/^Compared with this scenario run afresh/);
  await client.move('restart');
  for (let i = 0; i < 2; i++) await go(client, 'next');
  expect((await client.request('vsmmu/compare', { run: 'previous' })).body).toEqual({ text: 'the run before the last restart: no difference so far' });
});

it('knows the run before a restart though no view was open', async () => {
  const client = await standing(TEXT);
  for (let i = 0; i < 4; i++) await go(client, 'next');
  await client.move('restart');
  for (let i = 0; i < 2; i++) await go(client, 'next');
  expect((await client.request('vsmmu/compare', { run: 'previous' })).body).toEqual({ text: 'the run before the last restart: no difference so far' });
  await client.move('restart');
  expect((await client.request('vsmmu/compare', { run: 'previous' })).success).toBe(true);
});

it('leads into a scenario that is no file by the number of its text', async () => {
  const client = await standing(TEXT, { program: 'DMA of eth0.smmu', scenario: TEXT });
  for (let i = 0; i < 4; i++) await go(client, 'next');
  const { body: frames } = await client.request('stackTrace', { threadId: client.thread });
  const { sourceReference } = frames.stackFrames.at(-1).source;
  const { body } = await client.request('vsmmu/view', { view: 'walk' });
  const entry = body.data.phases.flatMap(({ entries }: { entries: { level: number | null; address: number }[] }) => entries).find(({ level }: { level: number | null }) => level === 3);
  const uri = `debug:DMA%20of%20eth0.smmu?ref=${sourceReference}`;
  expect((await client.request('vsmmu/writer', { address: entry.address })).body).toMatchObject({ place: { uri, line: 7 } });
  const timeline = await client.request('vsmmu/view', { view: 'timeline' });
  expect(timeline.body.data.tables[0].rows[0].cells[1].parts[0].place).toEqual({ uri, line: 5 });
});

it('gives a view up when the scenario moves on', async () => {
  const client = await standing(TEXT);
  for (let i = 0; i < 4; i++) await go(client, 'next');
  const view = client.request('vsmmu/view', { view: 'timeline' });
  const moved = go(client, 'stepBack');
  const { success, message } = await view;
  expect(success || message === 'notStopped').toBe(true);
  await moved;
  expect(await place(client)).toMatch(/^8 /);
});

it.each([
  ['vsmmu/view', { view: 'constructor' }], ['vsmmu/view', {}], ['vsmmu/writer', { address: 'x' }], ['vsmmu/writer', { address: -1 }], ['vsmmu/goTo', { unit: 'x' }],
])('refuses %s %j with a sentence', async (command, args) => {
  const client = await standing(TEXT);
  const { success, message } = await client.request(command, args);
  expect(success).toBe(false);
  expect(message).toMatch(/\.$/);
});

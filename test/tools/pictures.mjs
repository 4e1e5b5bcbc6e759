// `npm run docs:images`: makes the pictures of the documentation from those that `npm run test:vscode`
// left in out/screenshots: cut to what is shown, and with 256 colours, so that they stay small. Words on
// the command line choose pictures by name.
import { readFileSync, writeFileSync } from 'node:fs';
import { deflateSync, inflateSync, crc32 } from 'node:zlib';

const THEMES = ['light', 'dark', 'contrast'];
/** The views; those of the debugger stand beside the scenario. */
const VIEWS = ['streams', 'ownership', 'topology', 'topology-large', ...['walk', 'queues', 'timeline', 'page-tables', 'guest-host'].map((view) => `debug-view-${view}`)];
/** The views, each in the three themes, and what else is shown. */
const NAMES = [...VIEWS.flatMap((view) => THEMES.map((theme) => `${view}-${theme}`)), 'blob-dark', 'debug-view-nested-walk-light', 'debug-view-page-tables-wide-dark'];
const WINDOWS = ['debug-ste-light', 'debug-fault-light', ...['', '-board', '-walk', '-fault'].map((step) => `walkthrough${step}-dark`)];
/** The editor in a window of 1360 x 820. */
const EDITOR = { left: 353, top: 5, width: 1002, height: 640 };
/** The whole window, for what is shown beside the editor. */
const WINDOW = { left: 0, top: 0, width: 1360, height: 820 };
const MAX_COLOURS = 256;

/** Chunks of a PNG file by their type; several data chunks become one. */
function chunksOf(file) {
  const chunks = new Map();
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    chunks.set(type, Buffer.concat([chunks.get(type) ?? Buffer.alloc(0), file.subarray(at + 8, at + 8 + length)]));
    at += 12 + length;
  }
  return chunks;
}

/** The pixels of an 8-bit colour PNG without interlace, as Chromium writes it: three or four bytes each. */
function decode(file) {
  const chunks = chunksOf(file);
  const head = chunks.get('IHDR');
  const [width, height, size] = [head.readUInt32BE(0), head.readUInt32BE(4), head[9] === 6 ? 4 : 3];
  const raw = inflateSync(chunks.get('IDAT'));
  const pixels = Buffer.alloc(width * height * size);
  const stride = width * size;
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x += 1) {
      const left = x < size ? 0 : pixels[y * stride + x - size];
      const up = y === 0 ? 0 : pixels[(y - 1) * stride + x];
      const corner = x < size || y === 0 ? 0 : pixels[(y - 1) * stride + x - size];
      pixels[y * stride + x] = raw[y * (stride + 1) + 1 + x] + [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
    }
  }
  return { width, size, pixels };
}

function paeth(left, up, corner) {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** The most frequent colours, told apart by their upper bits, and the index of the nearest for each pixel. */
function reduce({ width, size, pixels }, cut) {
  const colours = [];
  for (let y = cut.top; y < cut.top + cut.height; y += 1) {
    for (let x = cut.left; x < cut.left + cut.width; x += 1) colours.push(pixels.readUIntBE((y * width + x) * size, 3));
  }
  const counts = new Map();
  for (const colour of colours) counts.set(colour & 0xfcfcfc, (counts.get(colour & 0xfcfcfc) ?? 0) + 1);
  const kept = [...counts].sort((a, b) => b[1] - a[1]).slice(0, MAX_COLOURS).map(([key]) => colours.find((colour) => (colour & 0xfcfcfc) === key));
  const distance = (a, b) => [16, 8, 0].reduce((sum, shift) => sum + (((a >> shift) & 255) - ((b >> shift) & 255)) ** 2, 0);
  const nearest = new Map();
  const indexOf = (colour) => {
    if (!nearest.has(colour)) nearest.set(colour, kept.reduce((best, one, index) => (distance(one, colour) < distance(kept[best], colour) ? index : best), 0));
    return nearest.get(colour);
  };
  return { kept, indices: colours.map(indexOf) };
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

function encode({ kept, indices }, cut) {
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 3, 0, 0, 0]);
  head.writeUInt32BE(cut.width);
  head.writeUInt32BE(cut.height, 4);
  const rows = Array.from({ length: cut.height }, (_, y) => Buffer.from([0, ...indices.slice(y * cut.width, (y + 1) * cut.width)]));
  const palette = Buffer.from(kept.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', head), chunk('PLTE', palette), chunk('IDAT', deflateSync(Buffer.concat(rows), { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

const words = process.argv.slice(2);
for (const [name, cut] of [...NAMES.map((name) => [name, EDITOR]), ...WINDOWS.map((name) => [name, WINDOW])]) {
  if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
  const picture = encode(reduce(decode(readFileSync(`out/screenshots/${name}.png`)), cut), cut);
  writeFileSync(`docs/images/${name}.png`, picture);
  console.log(`docs/images/${name}.png: ${Math.round(picture.length / 1024)} KB`);
}

/** The PRI queue record of 16 bytes; its StreamID and SubstreamID lie the other way round than in events. */
import { field, layout } from './layout.ts';

/** Page request message. */
export const PRI_RECORD = layout('PRI record', 4, 'Page request of a device.', [
  field('StreamID', [0, 31, 0], 'Stream.'),
  field('SubstreamID', [0, 51, 32], 'Substream.'),
  field('Priv', [0, 58], 'Privileged.'),
  field('Exec', [0, 59], 'Execute asked for.'),
  field('Read', [0, 60], 'Read asked for.'),
  field('Write', [0, 61], 'Write asked for.'),
  field('Last', [0, 62], 'Last request of its group.'),
  field('SSV', [0, 63], 'SubstreamID is valid.'),
  field('PRGIndex', [1, 8, 0], 'Page request group.'),
  field('PageAddr', [1, 63, 12], 'Page.', { address: true }),
]);

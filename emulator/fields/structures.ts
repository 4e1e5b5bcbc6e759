/** The configuration structures in memory by the names that steps have for them (IHI 0070, chapter 5). */
import type { StructureName } from '../steps/step.ts';
import { CD, L1CD } from './cd.ts';
import type { Layout } from './layout.ts';
import { L1STD, STE } from './ste.ts';

/** The field table of each configuration structure. */
export const STRUCTURE_LAYOUTS: Readonly<Record<StructureName, Layout>> = { STE, L1STD, CD, L1CD };

// Columns are looked at beside the page, which goes on: half a million values take half a second.

import type { Cell, ColumnType } from "../../api/table";
import { columnStats } from "./columnStats";

export interface Asked {
  id: number;
  type: ColumnType;
  cells: Cell[];
}

self.onmessage = ({ data: { id, type, cells } }: MessageEvent<Asked>) => self.postMessage({ id, stats: columnStats(type, cells) });

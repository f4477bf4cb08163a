import { useEffect, useState } from "react";
import type { Cell, Table } from "../../api/table";
import type { ColumnStats } from "./columnStats";
import type { Asked } from "./columnStats.worker";
import StatsWorker from "./columnStats.worker?worker";

let worker: Worker | undefined;
let asked = 0;

/** What a column's values are like, once that is known. */
export function useColumnStats(table: Table, column: number): ColumnStats | undefined {
  const [stats, setStats] = useState<ColumnStats>();
  useEffect(() => {
    const one = (worker ??= new StatsWorker());
    const id = ++asked;
    const told = ({ data }: MessageEvent<{ id: number; stats: ColumnStats }>) => data.id === id && setStats(data.stats);
    one.addEventListener("message", told);
    const cells: Cell[] = table.rows.map((row) => row[column] ?? null);
    one.postMessage({ id, type: table.columns[column]!.type, cells } satisfies Asked);
    return () => {
      one.removeEventListener("message", told);
      setStats(undefined);
    };
  }, [table, column]);
  return stats;
}

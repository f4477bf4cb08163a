// A simulation's states, one workload's or all of them together, as they follow each other.

import type { Run, State } from "../api/advise";

export type Frame = Omit<State, "workload">;

const counts = ["ready", "available", "total", "updated", "pending", "terminating", "lost"] as const;

const empty = (at: number): Frame => ({ at, ready: 0, available: 0, total: 0, updated: 0, pending: 0, terminating: 0, lost: 0 });

/**
 * One frame for each moment at which something changes; of one workload, or the sum of all. The
 * first is how things were before: a run begins with a point of each workload.
 */
export function framesOf(run: Run, workload: string): Frame[] {
  const points = run.points.filter((p) => !workload || p.workload === workload);
  const latest = new Map<string, State>();
  for (const p of points) if (!latest.has(p.workload)) latest.set(p.workload, p);
  const firsts = new Set(latest.values());
  const sum = (at: number) => {
    const frame = empty(at);
    for (const state of latest.values()) for (const c of counts) frame[c] += state[c];
    return frame;
  };
  if (firsts.size === 0) return [];
  const frames = [sum(points[0]!.at)];
  for (const p of points) {
    if (firsts.has(p)) continue;
    latest.set(p.workload, p);
    // What happens at one moment is one frame: the last.
    if (frames.length > 1 && frames.at(-1)!.at === p.at) frames.pop();
    frames.push(sum(p.at));
  }
  return frames;
}

/** The state at a moment. What is lost grows evenly from one frame to the next. */
export function frameAt(frames: Frame[], at: number): Frame | undefined {
  let low = 0;
  let high = frames.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (frames[middle]!.at <= at) low = middle + 1;
    else high = middle;
  }
  const frame = frames[low - 1] ?? frames[0];
  const next = frames[low];
  if (!frame || !next || next.at <= frame.at) return frame;
  const part = Math.max(0, (at - frame.at) / (next.at - frame.at));
  return { ...frame, lost: frame.lost + (next.lost - frame.lost) * part };
}

/** When a run's last change was: what is drawn ends a little later. */
export const lastOf = (run: Run) => Math.max(run.seconds ?? 0, run.stall?.at ?? 0, ...run.points.slice(-1).map((p) => p.at));

/** The end of the axis over runs that are compared. */
export const endOf = (runs: Run[]) => Math.max(10, ...runs.map((r) => lastOf(r) * 1.05));

/** At most so many points, always with the first and the last. */
export function thinned<T>(points: T[], most: number): T[] {
  if (points.length <= most) return points;
  const step = points.length / (most - 1);
  return [...Array.from({ length: most - 1 }, (_, i) => points[Math.floor(i * step)]!), points.at(-1)!];
}

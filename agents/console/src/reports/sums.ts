/** Quarters of an hour put together. Counts are added, and a share is made of counts last. */
import type { QueueFigures } from '../api/statistics';
import { steps, type Span } from './span';

export interface Sum {
  startMs: number;
  entered: number;
  inTime: number;
  late: number;
  abandoned: number;
  movedOn: number;
  /** Still under way. */
  open: number;
  part: number;
  whole: number;
}

const nothing = (startMs: number): Sum => ({
  startMs,
  entered: 0,
  inTime: 0,
  late: 0,
  abandoned: 0,
  movedOn: 0,
  open: 0,
  part: 0,
  whole: 0,
});

function add(sum: Sum, row: QueueFigures): void {
  sum.entered += row.entered;
  sum.inTime += row.answered_in_time;
  sum.late += row.answered - row.answered_in_time;
  sum.abandoned += row.abandoned;
  sum.movedOn += row.flowed_out + row.forced_out;
  sum.open += row.entered - row.offered;
  sum.part += row.service_level.part;
  sum.whole += row.service_level.whole;
}

/** Thousandths, rounded down; null of nothing. */
export const permilleOf = (part: number, whole: number): number | null =>
  whole > 0 ? Math.floor((part * 1000) / whole) : null;

/** A sum for each hour or day of the span, empty ones too. */
export function sumsOf(rows: QueueFigures[], span: Span): Sum[] {
  const sums = steps(span).map(nothing);
  let at = 0;
  for (const row of [...rows].sort((a, b) => a.start_ms - b.start_ms)) {
    while (at + 1 < sums.length && (sums[at + 1]?.startMs ?? Infinity) <= row.start_ms) at += 1;
    const sum = sums[at];
    if (sum) add(sum, row);
  }
  return sums;
}

export function totalOf(rows: QueueFigures[]): Sum {
  const total = nothing(0);
  for (const row of rows) add(total, row);
  return total;
}

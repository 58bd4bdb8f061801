import { describe, expect, it } from 'vitest';
import type { QueueFigures } from '../api/statistics';
import { csvOf } from './csv';
import { spanOf, steps, wantedOf } from './span';
import { permilleOf, sumsOf, totalOf } from './sums';

const HOUR = 3_600_000;
const noon = new Date(2026, 2, 10, 12).getTime();
const row = (startMs: number, figures: Partial<QueueFigures> = {}): QueueFigures => ({
  queue_id: 'sales',
  start_ms: startMs,
  entered: 4,
  offered: 3,
  answered: 2,
  answered_in_time: 1,
  abandoned: 1,
  abandoned_in_time: 0,
  flowed_out: 0,
  forced_out: 0,
  overdue: 0,
  service_level: {
    formula: 'answered_only',
    version: 1,
    thresholds_ms: [20_000],
    part: 1,
    whole: 2,
    permille: 500,
  },
  is_provisional: true,
  mean_wait_of_answered_ms: null,
  mean_handle_ms: null,
  ...figures,
});

describe('the time of a report', () => {
  it.each([
    ['', '2026-03-10', '2026-03-10'],
    ['span=yesterday', '2026-03-09', '2026-03-09'],
    ['span=week', '2026-03-04', '2026-03-10'],
    ['span=month', '2026-02-11', '2026-03-10'],
    ['span=nonsense', '2026-03-10', '2026-03-10'],
    ['from=2026-01-31&until=2026-02-02', '2026-01-31', '2026-02-02'],
    ['from=today&until=2026-02-02', '2026-03-10', '2026-03-10'],
  ])('reads the address %s', (search, from, until) => {
    expect(wantedOf(new URLSearchParams(search), noon)).toMatchObject({ from, until });
  });

  it.each([
    ['2026-03-02', '2026-03-01'],
    ['2026-03-01', '2026-04-01'],
    ['2026-03-01', ''],
    ['', '2026-03-01'],
  ])('refuses %s to %s', (from, until) => {
    expect(spanOf({ span: 'days', from, until })).toBeUndefined();
  });

  it('ends with the last day and shows hours of one day, days of many', () => {
    const day = spanOf({ span: 'days', from: '2026-03-10', until: '2026-03-10' });
    expect(day).toEqual({
      from_ms: new Date(2026, 2, 10).getTime(),
      until_ms: new Date(2026, 2, 11).getTime(),
      step: 'hour',
    });
    expect(day && steps(day)).toHaveLength(24);
    const month = spanOf({ span: 'days', from: '2026-03-01', until: '2026-03-31' });
    expect(month?.step).toBe('day');
    expect(month && steps(month).map((at) => new Date(at).getHours())).toEqual(Array(31).fill(0));
  });
});

describe('sums', () => {
  const from_ms = new Date(2026, 2, 10).getTime();
  const span = { from_ms, until_ms: from_ms + 3 * HOUR, step: 'hour' as const };

  it('put quarters into their hours, in any order, and keep the empty hours', () => {
    const rows = [row(from_ms + 2 * HOUR), row(from_ms + HOUR / 4), row(from_ms)];
    expect(sumsOf(rows, span).map((sum) => [sum.entered, sum.inTime, sum.late, sum.open])).toEqual([
      [8, 2, 2, 2],
      [0, 0, 0, 0],
      [4, 1, 1, 1],
    ]);
  });

  it('make a share of counts, never of shares', () => {
    const level = { formula: 'answered_only' as const, version: 1, thresholds_ms: [20_000], permille: 1000 };
    const total = totalOf([row(0), row(1, { service_level: { ...level, part: 8, whole: 8 } })]);
    expect(permilleOf(total.part, total.whole)).toBe(900);
    expect(permilleOf(0, 0)).toBeNull();
    expect(permilleOf(999, 1000)).toBe(999);
  });
});

describe('CSV', () => {
  it('quotes what needs it and lets no cell be worked out', () => {
    expect(csvOf([['a,b', 'say "x"', '=1+1', ' ＝1', null, -5]])).toBe(
      `"a,b","say ""x""",'=1+1,' ＝1,,-5\r\n`,
    );
  });
});

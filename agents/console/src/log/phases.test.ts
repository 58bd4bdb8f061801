import { describe, expect, it } from 'vitest';
import type { Phase } from '../api/history';
import { barsOf } from './phases';

const phase = (kind: string, began_at_ms: number, ended_at_ms: number | null): Phase => ({
  kind,
  began_at_ms,
  ended_at_ms,
  queue_id: 'sales',
  agent_id: null,
  agent_name: '',
  ended_as: '',
  to_queue_id: null,
  to_agent_name: '',
  by_user_name: '',
  disposition_id: null,
});

describe('the picture of a contact', () => {
  it('shares the width by time, and puts offers beside the wait', () => {
    const bars = barsOf([phase('waiting', 0, 100), phase('offer', 50, 100), phase('talk', 100, 200)], 999);
    expect(bars.map(({ lane, left, width }) => [lane, left, width])).toEqual([
      ['contact', 0, 50],
      ['offers', 25, 25],
      ['contact', 50, 50],
    ]);
  });

  it('has a lane of its own for colleagues who are asked', () => {
    const bars = barsOf([phase('talk', 0, 100), phase('consult', 20, 60), phase('conference', 40, 60)], 999);
    expect(bars.map(({ lane, left }) => [lane, left])).toEqual([
      ['contact', 0],
      ['colleagues', 20],
      ['colleagues', 40],
    ]);
  });

  it('runs to now while something lasts', () => {
    expect(barsOf([phase('waiting', 0, 100), phase('talk', 100, null)], 400)[1]?.width).toBe(75);
  });

  it('shows even an instant, inside the picture', () => {
    for (const { left, width } of barsOf(
      [phase('waiting', 5, 5), phase('waiting', 5, 100_000), phase('wrap_up', 100_000, 100_000)],
      0,
    )) {
      expect(width).toBeGreaterThan(0.5);
      expect(left + width).toBeLessThanOrEqual(100);
    }
  });
});

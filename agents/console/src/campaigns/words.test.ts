import { describe, expect, it } from 'vitest';
import { clockOf, csvOf, minuteOf, totalOf } from './words';

describe('what of a campaign is written in other units', () => {
  it('minutes of a day are read as they are shown', () => {
    expect(clockOf(545)).toBe('09:05');
    expect(minuteOf('09:05')).toBe(545);
    expect(minuteOf(clockOf(20 * 60))).toBe(1200);
  });

  it('evidence is a table with quoted texts and ISO instants', () => {
    const rows = [
      { dial_id: 'd1', asked_at_ms: 0, ended_at_ms: null, reason: 'said "no", twice' },
      { dial_id: 'd2', asked_at_ms: 1_000, ended_at_ms: 2_000, reason: '' },
    ];
    expect(csvOf(rows)).toBe(
      [
        'dial_id,asked_at,ended_at,reason',
        'd1,1970-01-01T00:00:00.000Z,,"said ""no"", twice"',
        'd2,1970-01-01T00:00:01.000Z,1970-01-01T00:00:02.000Z,',
      ].join('\n'),
    );
    expect(csvOf([])).toBe('');
  });

  it('entries of all states are one list', () => {
    expect(totalOf({ waiting: 3, done: 4 })).toBe(7);
  });
});

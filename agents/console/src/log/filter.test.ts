import { describe, expect, it } from 'vitest';
import { dayStart, questionOf, wantedOf } from './filter';

describe('the filter of the log', () => {
  it('is what stands in the address, and nothing else', () => {
    const search = new URLSearchParams('text=%20parcel%20&queue=sales&contact=c-1&agent=&other=1');
    expect(wantedOf(search)).toEqual({ text: 'parcel', queue: 'sales' });
  });

  it('takes whole local days, the last one included', () => {
    const question = questionOf({ from: '2026-03-01', until: '2026-03-01' });
    expect(question.from_ms).toBe(new Date(2026, 2, 1).getTime());
    expect(question.until_ms).toBe(new Date(2026, 2, 2).getTime());
  });

  it('leaves out what nobody could have chosen', () => {
    expect(
      questionOf({ from: 'yesterday', channel: 'smoke', outcome: 'won', text: 'a'.repeat(300) }),
    ).toEqual({
      text: 'a'.repeat(200),
    });
    expect(dayStart('2026-3-1')).toBeUndefined();
  });
});

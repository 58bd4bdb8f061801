import { expect, test } from 'vitest';
import { instantOf, wallClock } from './zones';

test.each([
  ['Asia/Shanghai', '2026-12-24T09:00', '2026-12-24T01:00:00Z'],
  ['Europe/Berlin', '2026-07-31T23:30', '2026-07-31T21:30:00Z'],
  ['America/New_York', '2026-11-01T00:30', '2026-11-01T04:30:00Z'],
  ['Asia/Kathmandu', '2027-01-01T00:00', '2026-12-31T18:15:00Z'],
])('the clock of %s', (zone, wall, instant) => {
  expect(new Date(instantOf(wall, zone)).toISOString()).toBe(instant.replace('Z', '.000Z'));
  expect(wallClock(Date.parse(instant), zone)).toBe(wall);
});

test('an hour that is left out is some instant beside it, and no time is none', () => {
  const sprung = instantOf('2026-03-29T02:30', 'Europe/Berlin');
  expect(Math.abs(sprung - Date.parse('2026-03-29T01:00:00Z'))).toBeLessThanOrEqual(3_600_000);
  expect(instantOf('', 'UTC')).toBeNaN();
});

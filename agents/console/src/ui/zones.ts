/** The clock on the wall of a time zone: what people type, and the instant it is. */

/** `2026-07-31T23:30`, as a field for date and time has it. */
export function wallClock(ms: number, zone: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return format.format(ms).replace(' ', 'T');
}

const minuteOf = (wall: string): number =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(wall) ? Date.parse(`${wall}:00Z`) : NaN;
const aheadMs = (ms: number, zone: string): number =>
  minuteOf(wallClock(ms, zone)) - Math.floor(ms / 60_000) * 60_000;

/** The instant at which that clock shows this; NaN of what is no time. */
export function instantOf(wall: string, zone: string): number {
  const asUtc = minuteOf(wall);
  if (Number.isNaN(asUtc)) return NaN;
  const near = asUtc - aheadMs(asUtc, zone);
  return asUtc - aheadMs(near, zone);
}

export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

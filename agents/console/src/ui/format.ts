/** Durations and instants as the floor reads them. */
import { ownZone } from './zones';

/** `1:05`, `12:40`, `1:02:03`: the same in every language, and narrow. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const tail = String(seconds % 60).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${tail}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${tail}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${name}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(language, options);
  formats.set(key, known);
  return known;
}

export const clockTime = (ms: number, language: string): string =>
  format(language, 'clock', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(ms);

export const clockTimeWithSeconds = (ms: number, language: string): string =>
  format(language, 'seconds', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(ms);

/** By the clock of a time zone, named where it is another than that of this machine. */
export const dateTime = (ms: number, language: string, zone?: string): string =>
  format(language, `dateTime ${zone ?? ''}`, {
    timeZone: zone,
    timeZoneName: zone && zone !== ownZone() ? 'short' : undefined,
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(ms);

export const day = (ms: number, language: string): string =>
  format(language, 'day', { weekday: 'long', month: 'long', day: 'numeric' }).format(ms);

export const count = (value: number, language: string): string =>
  new Intl.NumberFormat(language).format(value);

export const isSameDay = (a: number, b: number): boolean =>
  new Date(a).toDateString() === new Date(b).toDateString();

/** Thousandths as a percentage without decimals, rounded down: 99.9 % never reads as all of them. */
export const percent = (permille: number, language: string): string =>
  new Intl.NumberFormat(language, { style: 'percent' }).format(Math.floor(permille / 10) / 100);

/** From the one duration to the other. */
export const band = (fromMs: number, toMs: number): string => `${duration(fromMs)} – ${duration(toMs)}`;

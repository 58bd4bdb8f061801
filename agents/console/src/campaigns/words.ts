/** How campaigns and their entries look, and what of a plan is written in other units. */
import type { CampaignState } from '../api/campaigns';
import type { IconName } from '../ui/Icon';
import type { Tone } from '../ui/StateTag';

export const lookOfCampaign: Record<CampaignState, [Tone, IconName]> = {
  draft: ['idle', 'file'],
  running: ['talking', 'resume'],
  paused: ['warning', 'pause'],
  done: ['ready', 'ready'],
};

/** In the order of the picture: what is over first. */
export const entryStates: [string, Tone][] = [
  ['done', 'ready'],
  ['calling', 'talking'],
  ['previewed', 'wrapUp'],
  ['waiting', 'idle'],
  ['given_up', 'warning'],
  ['refused', 'breach'],
];

export const totalOf = (entries: Record<string, number>): number =>
  Object.values(entries).reduce((sum, count) => sum + count, 0);

/** Minutes of a day as a clock shows them; the day's end is 23:59 to a time field. */
export const clockOf = (minute = 0): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

export const minuteOf = (clock: string): number => {
  const [hours = '0', minutes = '0'] = clock.split(':');
  return Number(hours) * 60 + Number(minutes);
};

const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Rows that all have the same columns, as a CSV; instants as ISO 8601. */
export function csvOf<R extends Record<keyof R, string | number | null>>(rows: R[]): string {
  const [first] = rows;
  if (!first) return '';
  const columns = Object.keys(first) as (keyof R & string)[];
  const cell = (row: R, column: keyof R & string): string => {
    const value = row[column];
    const isInstant = column.endsWith('_at_ms') && typeof value === 'number';
    return quoted(isInstant ? new Date(value).toISOString() : String(value ?? ''));
  };
  const lines = rows.map((row) => columns.map((column) => cell(row, column)).join(','));
  return [columns.map((column) => column.replace(/_ms$/, '')).join(','), ...lines].join('\n');
}

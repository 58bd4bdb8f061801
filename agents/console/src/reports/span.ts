/** Which time is looked at: it stands in the page's address, so a link shows a colleague the same. */
export const spanNames = ['today', 'yesterday', 'week', 'month', 'days'] as const;
export type SpanName = (typeof spanNames)[number];

/** Local days, the last one included; `days`: of one's own choice. */
export interface Wanted {
  span: SpanName;
  from: string;
  until: string;
}

export interface Span {
  from_ms: number;
  until_ms: number;
  /** What stands together in the picture. */
  step: 'hour' | 'day';
}

export const DAYS_MAX = 31;
const HOURS_SHOWN_DAYS_MAX = 2;
const dayPattern = /^\d{4}-\d{2}-\d{2}$/;

const dayOf = (at: Date): string =>
  `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
const shifted = (at: Date, days: number): Date =>
  new Date(at.getFullYear(), at.getMonth(), at.getDate() + days);

/** From so many days ago to so many days ago. */
const presets: Record<Exclude<SpanName, 'days'>, [number, number]> = {
  today: [0, 0],
  yesterday: [1, 1],
  week: [6, 0],
  month: [27, 0],
};

export function wantedOf(search: URLSearchParams, nowMs: number): Wanted {
  const from = search.get('from') ?? '';
  const until = search.get('until') ?? '';
  if (dayPattern.test(from) && dayPattern.test(until)) return { span: 'days', from, until };
  const span = spanNames.find((name) => name === search.get('span') && name !== 'days') ?? 'today';
  const [first, last] = presets[span as keyof typeof presets];
  const now = new Date(nowMs);
  return { span, from: dayOf(shifted(now, -first)), until: dayOf(shifted(now, -last)) };
}

const partsOf = (day: string): [number, number, number] => {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return [year, month, date];
};

/** Nothing of days that are none, in the wrong order, or too many. */
export function spanOf({ from, until }: Wanted): Span | undefined {
  if (!dayPattern.test(from) || !dayPattern.test(until)) return undefined;
  const [year, month, date] = partsOf(from);
  const [lastYear, lastMonth, lastDate] = partsOf(until);
  const days =
    Math.round((Date.UTC(lastYear, lastMonth - 1, lastDate) - Date.UTC(year, month - 1, date)) / 864e5) + 1;
  const from_ms = new Date(year, month - 1, date).getTime();
  if (!(days >= 1 && days <= DAYS_MAX) || !(from_ms >= 0)) return undefined;
  const until_ms = new Date(lastYear, lastMonth - 1, lastDate + 1).getTime();
  return { from_ms, until_ms, step: days <= HOURS_SHOWN_DAYS_MAX ? 'hour' : 'day' };
}

/** Beginnings of the hours or days of a span, by the clock on this machine's wall. */
export function steps({ from_ms, until_ms, step }: Span): number[] {
  const starts: number[] = [];
  const at = new Date(from_ms);
  while (at.getTime() < until_ms) {
    starts.push(at.getTime());
    if (step === 'day') at.setDate(at.getDate() + 1);
    else at.setTime(at.getTime() + 36e5);
  }
  return starts;
}

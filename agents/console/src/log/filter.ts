/** What of the log is wanted, as it stands in the page's address: a link shows a colleague the same list. */
import type { LogFilter } from '../api/history';

export const filterNames = [
  'text',
  'from',
  'until',
  'channel',
  'queue',
  'agent',
  'outcome',
  'disposition',
  'customer',
] as const;
export type FilterName = (typeof filterNames)[number];
export type Wanted = Partial<Record<FilterName, string>>;

export const channels = ['voice', 'outbound_voice', 'callback', 'email', 'chat', 'task'] as const;
export const outcomes = ['handled', 'abandoned', 'turned_away', 'unreached', 'handled_outside'] as const;

const dayPattern = /^\d{4}-\d{2}-\d{2}$/;

/** The first instant of a local day; `days` later. */
export function dayStart(day: string | undefined, days = 0): number | undefined {
  if (!day || !dayPattern.test(day)) return undefined;
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const start = new Date(year, month - 1, date + days).getTime();
  return Number.isNaN(start) || start < 0 ? undefined : start;
}

export function wantedOf(search: URLSearchParams): Wanted {
  const given = filterNames.flatMap((name) => {
    const value = search.get(name)?.trim();
    return value ? [[name, value] as const] : [];
  });
  return Object.fromEntries(given);
}

const oneOf = <T extends string>(known: readonly T[], value: string | undefined): T | undefined =>
  known.find((each) => each === value);

/** The question to the server; what a link holds and nobody could have chosen is left out. */
export function questionOf(wanted: Wanted): LogFilter {
  const question: Record<keyof LogFilter, string | number | undefined> = {
    text: wanted.text?.slice(0, 200),
    from_ms: dayStart(wanted.from),
    until_ms: dayStart(wanted.until, 1),
    channel: oneOf(channels, wanted.channel),
    queue_id: wanted.queue,
    agent_id: wanted.agent,
    outcome: oneOf(outcomes, wanted.outcome),
    disposition_id: wanted.disposition,
    customer_key: wanted.customer,
  };
  return Object.fromEntries(Object.entries(question).filter(([, value]) => value !== undefined));
}

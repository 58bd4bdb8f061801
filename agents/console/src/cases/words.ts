/** What cases are told with: names of departments, and how late something is. */
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { CaseRow, Department } from '../api/cases';
import { readDepartments } from '../api/cases';
import { useNames } from '../session/configuration';
import type { IconName } from '../ui/Icon';
import type { Tone } from '../ui/StateTag';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const looks: Record<string, [Tone, IconName]> = {
  received: ['offered', 'bell'],
  handed_over: ['offered', 'transfer'],
  returned: ['warning', 'transfer'],
  reopened: ['warning', 'retry'],
  assigned: ['talking', 'person'],
  proposed: ['wrapUp', 'callback'],
  verifying: ['wrapUp', 'callback'],
  closed_accepted: ['ready', 'ready'],
  closed_answered: ['ready', 'ready'],
};

export const lookOf = (state: string): [Tone, IconName] => looks[state] ?? ['idle', 'clock'];

export function useDepartments() {
  const names = useNames();
  const asked = useQuery({ queryKey: ['departments'], queryFn: readDepartments, staleTime: MINUTE_MS });
  const rows: Department[] = asked.data?.departments ?? [];
  const name = (id: string) => {
    const row = rows.find((one) => one.department_id === id);
    return row ? names.of(row.name) : id;
  };
  return { rows, name };
}

/** In days, hours or minutes: cases are not counted in seconds. */
export function useSpan(): (ms: number) => string {
  const { t } = useTranslation();
  return (ms) => {
    if (ms >= DAY_MS) return t('cases.days', { count: Math.floor(ms / DAY_MS) });
    if (ms >= HOUR_MS) return t('cases.hours', { count: Math.floor(ms / HOUR_MS) });
    return t('cases.minutes', { count: Math.max(1, Math.floor(ms / MINUTE_MS)) });
  };
}

/** How late a case is and why; "" for one that is in time. */
export function useLateness(): (row: CaseRow) => string {
  const { t } = useTranslation();
  const span = useSpan();
  const { name } = useDepartments();
  return (row) => {
    if (!row.late_ms || !row.due) return '';
    const why = t(`cases.why.${row.due}`, { department: name(row.department_id) });
    return [t('cases.lateBy', { for: span(row.late_ms) }), why].join(' · ');
  };
}

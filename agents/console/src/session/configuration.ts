/** Names and limits from the configuration, in the reader's language. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { readConfiguration } from '../api/calls';
import type { Configuration, LocalName, QueueInfo } from '../api/types';
import { ownZone } from '../ui/zones';
import { useUser } from './session';

const MINUTE_MS = 60_000;

export const useConfiguration = () =>
  useQuery({ queryKey: ['configuration'], queryFn: readConfiguration, staleTime: 5 * MINUTE_MS });

const builtInReasons = ['missed', 'signed_in', 'phone_fault'];
const builtInDispositions = [
  'none_timeout',
  'none_removed',
  'none_full',
  'none_closed',
  'none_unstaffed',
  'none_overdue',
  'none_flushed',
  'none_agent_left',
  'none_agent_unreached',
  'none_busy',
  'none_cancelled',
  'none_declined',
  'none_facts_changed',
  'none_failed',
  'none_no_answer',
  'none_permit_expired',
  'none_unreachable',
];

export interface Names {
  queue: (id: string) => string;
  reason: (id: string) => string;
  disposition: (id: string) => string;
  team: (id: string | null) => string;
  skill: (id: string) => string;
  of: (name: LocalName) => string;
  /** Of the queues this user may see. */
  ownQueues: string[];
  queueConfig: (id: string) => QueueInfo | undefined;
}

function lookUp(rows: [string, LocalName][], of: Names['of']): (id: string) => string {
  const byId = new Map(rows);
  return (id) => {
    const name = byId.get(id);
    return name ? of(name) : id;
  };
}

function namesOf(
  configuration: Configuration | undefined,
  isChinese: boolean,
  t: (key: string) => string,
): Names {
  const of = (name: LocalName) => (isChinese ? name.zh : name.en) || name.en || name.zh;
  const {
    queues = [],
    not_ready_reasons = [],
    dispositions = [],
    teams = [],
    skills = [],
  } = configuration ?? {};
  const queue_names = configuration?.queue_names ?? {};
  const reason = lookUp(
    not_ready_reasons.map((row) => [row.reason_id, row.name]),
    of,
  );
  const disposition = lookUp(
    dispositions.map((row) => [row.disposition_id, row.name]),
    of,
  );
  const team = lookUp(
    teams.map((row) => [row.team_id, row.name]),
    of,
  );
  const skill = lookUp(
    skills.map((row) => [row.skill_id, row.name]),
    of,
  );
  return {
    of,
    skill,
    queue: lookUp(Object.entries(queue_names), of),
    reason: (id) => (builtInReasons.includes(id) ? t(`reason.${id}`) : reason(id)),
    disposition: (id) => (builtInDispositions.includes(id) ? t(`disposition.${id}`) : disposition(id)),
    team: (id) => (id === null ? '' : team(id)),
    ownQueues: queues.map((queue) => of(queue.name)),
    queueConfig: (id) => queues.find((queue) => queue.queue_id === id),
  };
}

export function useNames(): Names {
  const { t, i18n } = useTranslation();
  const { data } = useConfiguration();
  const isChinese = i18n.language.startsWith('zh');
  return useMemo(() => namesOf(data, isChinese, t), [data, isChinese, t]);
}

/** The built-in reasons are set by the system alone. */
export const isChosenByHand = (reason: { reason_id: string }): boolean =>
  !builtInReasons.includes(reason.reason_id);

/** The time zone of the site the user works at, else that of this machine. */
export function useSiteZone(): string {
  const { data } = useConfiguration();
  const { site } = useUser();
  return data?.sites?.find((row) => row.site_id === site)?.zone || ownZone();
}

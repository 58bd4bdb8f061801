/** The tables of the page as files: plain numbers, times in seconds, shares in thousandths. */
import type { AgentFigures, QueueFigures } from '../api/statistics';
import { csvOf } from './csv';

type Translate = (key: string) => string;
const seconds = (ms: number | null): number | null => (ms === null ? null : Math.round(ms / 1000));

export function queuesCsv(queues: QueueFigures[], nameOf: (id: string) => string, t: Translate): string {
  const head = [
    t('board.queue'),
    ...['entered', 'answered', 'abandoned', 'flowed_out', 'forced_out'].map((name) =>
      t(`reports.column.${name}`),
    ),
    t('reports.csv.answered_in_time'),
    t('reports.csv.level'),
    t('reports.csv.mean_wait_s'),
    t('reports.csv.mean_handle_s'),
  ];
  const rows = queues.map((row) => [
    nameOf(row.queue_id),
    row.entered,
    row.answered,
    row.abandoned,
    row.flowed_out,
    row.forced_out,
    row.answered_in_time,
    row.service_level.permille,
    seconds(row.mean_wait_of_answered_ms),
    seconds(row.mean_handle_ms),
  ]);
  return csvOf([head, ...rows]);
}

export function agentsCsv(agents: AgentFigures[], nameOf: (id: string) => string, t: Translate): string {
  const kinds = ['talk', 'wrap_up', 'ring', 'available', 'not_ready'] as const;
  const head = [
    t('board.agent'),
    ...kinds.map((kind) => `${t(`reports.kind.${kind}`)} (s)`),
    t('reports.csv.occupancy'),
  ];
  const rows = agents.map((row) => [
    nameOf(row.agent_id),
    ...kinds.map((kind) => seconds(row[`${kind}_ms`])),
    row.occupancy_permille,
  ]);
  return csvOf([head, ...rows]);
}

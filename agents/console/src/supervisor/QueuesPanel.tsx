import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { QueueLine } from '../api/types';
import { useNames } from '../session/configuration';
import { band, count, duration, percent } from '../ui/format';
import page from '../ui/Page.module.css';
import { Empty } from '../ui/Panel';
import table from '../ui/Table.module.css';
import { StateTag } from '../ui/StateTag';
import { CloseDialog } from './CloseDialog';
import { Wait } from './Wait';

const numbers = ['waiting', 'longest', 'estimate', 'offered', 'connected', 'wrap_up'] as const;
const agents = ['agents_ready', 'agents_busy', 'agents_not_ready'] as const;
const today = [
  'arrived_today',
  'service_level',
  'answered_today',
  'abandoned',
  'mean_wait',
  'mean_handle',
] as const;
/** A line sets the groups of columns apart: now, people, today. */
const groupStarts = new Set<string>(['waiting', 'agents_ready', 'arrived_today']);
const isGroup = (column: string) => groupStarts.has(column) || undefined;

interface FigureProps {
  queue: QueueLine;
}

/** How good the day was, by the queue's own formula; what that is stands in the tip. */
function ServiceLevel({ queue }: FigureProps) {
  const { t, i18n } = useTranslation();
  if (queue.service_level_permille === null) return t('board.none');
  const seconds = count(queue.service_threshold_ms / 1000, i18n.language);
  const formula = t(`board.formula.${queue.service_formula}`);
  return (
    <span title={t('board.serviceLevelIs', { seconds, formula })}>
      {percent(queue.service_level_permille, i18n.language)}
    </span>
  );
}

/** How many left, and their share of all whose stay in the queue is over. */
function Abandoned({ queue }: FigureProps) {
  const { t, i18n } = useTranslation();
  const left = count(queue.abandoned_today, i18n.language);
  const done = queue.answered_today + queue.abandoned_today;
  if (!queue.abandoned_today || !done) return left;
  const share = percent(Math.round((queue.abandoned_today / done) * 1000), i18n.language);
  return t('board.abandonedShare', { left, share });
}

/** What somebody who came now would wait: half of them less than the first, nine of ten less than the second. */
function Estimate({ queue }: FigureProps) {
  const { t } = useTranslation();
  const { estimate_p50_ms: half, estimate_p90_ms: most } = queue;
  if (half === null || most === null)
    return <span aria-label={t('board.estimateUnknown')}>{t('board.none')}</span>;
  return <span title={t('board.estimateIs')}>{band(half, most)}</span>;
}

function Mean({ ms }: { ms: number | null }) {
  const { t } = useTranslation();
  return ms === null ? t('board.none') : duration(ms);
}

const figures: Partial<Record<string, (props: FigureProps) => ReactNode>> = {
  service_level: ServiceLevel,
  abandoned: Abandoned,
  estimate: Estimate,
  mean_wait: ({ queue }) => <Mean ms={queue.mean_wait_of_answered_ms} />,
  mean_handle: ({ queue }) => <Mean ms={queue.mean_handle_ms} />,
};

function Cell({ queue, column }: { queue: QueueLine; column: string }) {
  const { i18n } = useTranslation();
  if (column === 'longest') return <Wait queueId={queue.queue_id} sinceMs={queue.oldest_waiting_since_ms} />;
  const Figure = figures[column];
  if (Figure) return <Figure queue={queue} />;
  return count(queue[column as keyof QueueLine] as number, i18n.language);
}

interface QueuesPanelProps {
  queues: QueueLine[];
  openQueue: string | null;
  onOpen: (queueId: string) => void;
}

/** In the server's order, which does not change: a row can be found without reading. */
export function QueuesPanel({ queues, openQueue, onOpen }: QueuesPanelProps) {
  const { t } = useTranslation();
  const names = useNames();
  const [isClosing, setClosing] = useState(false);
  const columns = [...numbers, ...agents, ...today];
  return (
    <section className={page.panel} data-half aria-labelledby="queues-title">
      <header className={page.head}>
        <h2 id="queues-title">{t('board.queues')}</h2>
        <span className={page.muted}>{t('board.queuesHint')}</span>
        <span className={page.grow} />
        <Link to="/wallboard">{t('page.wallboard')}</Link>
        <Button size="small" disabled={!queues.length} onClick={() => setClosing(true)}>
          {t('supervise.closeAll')}
        </Button>
      </header>
      {isClosing && (
        <CloseDialog queueIds={queues.map((queue) => queue.queue_id)} onClose={() => setClosing(false)} />
      )}
      <div className={table.wrap} tabIndex={0} role="region" aria-labelledby="queues-title">
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{t('board.queue')}</th>
              {columns.map((column) => (
                <th key={column} scope="col" data-number data-group={isGroup(column)}>
                  {t(`board.column.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {queues.map((queue) => (
              <tr key={queue.queue_id} data-selected={queue.queue_id === openQueue || undefined} data-queue>
                <td>
                  <button
                    type="button"
                    className={table.open}
                    onClick={() => onOpen(queue.queue_id)}
                    aria-expanded={queue.queue_id === openQueue}
                  >
                    {names.queue(queue.queue_id)}
                  </button>
                  {queue.closed && ' '}
                  {queue.closed && (
                    <StateTag tone="warning" icon="warning" isPlain>
                      {t('supervise.closedTag')}
                    </StateTag>
                  )}
                </td>
                {columns.map((column) => (
                  <td
                    key={column}
                    data-number
                    data-column={column}
                    data-group={isGroup(column)}
                    data-main={column === 'waiting' || undefined}
                  >
                    <Cell queue={queue} column={column} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {!queues.length && <Empty icon="task" title={t('board.noQueues')} text={t('board.noQueuesText')} />}
      </div>
    </section>
  );
}

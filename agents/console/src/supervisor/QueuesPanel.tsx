import { useTranslation } from 'react-i18next';
import type { QueueLine } from '../api/types';
import { useNames } from '../session/configuration';
import { count, duration } from '../ui/format';
import page from '../ui/Page.module.css';
import { Empty } from '../ui/Panel';
import table from '../ui/Table.module.css';
import { Wait } from './Wait';

const numbers = ['waiting', 'longest', 'offered', 'connected', 'wrap_up'] as const;
const agents = ['agents_ready', 'agents_busy', 'agents_not_ready'] as const;
const today = ['arrived_today', 'answered_today', 'abandoned_today', 'mean_wait'] as const;
/** A line sets the groups of columns apart: now, people, today. */
const groupStarts = new Set<string>(['waiting', 'agents_ready', 'arrived_today']);
const isGroup = (column: string) => groupStarts.has(column) || undefined;

function Cell({ queue, column }: { queue: QueueLine; column: string }) {
  const { t, i18n } = useTranslation();
  if (column === 'longest') return <Wait queueId={queue.queue_id} sinceMs={queue.oldest_waiting_since_ms} />;
  if (column === 'mean_wait') {
    const mean = queue.mean_wait_of_answered_ms;
    return mean === null ? t('board.none') : duration(mean);
  }
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
  const columns = [...numbers, ...agents, ...today];
  return (
    <section className={page.panel} data-half aria-labelledby="queues-title">
      <header className={page.head}>
        <h2 id="queues-title">{t('board.queues')}</h2>
        <span className={page.muted}>{t('board.queuesHint')}</span>
      </header>
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

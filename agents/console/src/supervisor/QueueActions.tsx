import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { openQueue } from '../api/adminCalls';
import type { QueueLine } from '../api/types';
import { useCommand } from '../ui/useCommand';
import { CloseDialog } from './CloseDialog';
import { FlushDialog } from './FlushDialog';
import styles from './Supervise.module.css';

const askOpen = (key: string, queueId: string) => openQueue(queueId, key);

/** Close, open, empty: what a supervisor may do to a queue. */
export function QueueActions({ queue }: { queue: QueueLine }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState<'close' | 'flush' | null>(null);
  const { run, isBusy } = useCommand(askOpen);
  const isClosed = queue.closed === 'by_hand';
  const stop = () => setAsking(null);
  return (
    <>
      {queue.closed && <p className={styles.note}>{t(`supervise.isClosed.${queue.closed}`)}</p>}
      <div className={styles.actions}>
        {isClosed && (
          <Button size="small" loading={isBusy} onClick={() => void run(queue.queue_id)}>
            {t('supervise.open')}
          </Button>
        )}
        <Button size="small" onClick={() => setAsking('close')}>
          {t(isClosed ? 'supervise.closeAnew' : 'supervise.closeMore')}
        </Button>
        <Button
          size="small"
          disabled={queue.waiting + queue.offered === 0}
          onClick={() => setAsking('flush')}
        >
          {t('supervise.flushMore')}
        </Button>
      </div>
      {asking === 'close' && <CloseDialog queueIds={[queue.queue_id]} onClose={stop} />}
      {asking === 'flush' && <FlushDialog queue={queue} onClose={stop} />}
    </>
  );
}

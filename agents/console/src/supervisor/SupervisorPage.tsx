import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive, watchBoard } from '../live/store';
import page from '../ui/Page.module.css';
import { Loading } from '../ui/Panel';
import { usePageTitle } from '../ui/usePageTitle';
import { AgentsPanel } from './AgentsPanel';
import { QueueSide } from './QueueSide';
import { QueuesPanel } from './QueuesPanel';

export default function SupervisorPage() {
  const { t } = useTranslation();
  const board = useLive((state) => state.board);
  const [openQueue, setOpenQueue] = useState<string | null>(null);
  const close = useCallback(() => setOpenQueue(null), []);
  usePageTitle('supervisor');
  useEffect(() => {
    watchBoard(true);
    return () => watchBoard(false);
  }, []);
  return (
    <div className={page.page}>
      <h1 className="visually-hidden">{t('page.supervisor')}</h1>
      <div className={page.body}>
        {board ? (
          <>
            <QueuesPanel queues={board.queues} openQueue={openQueue} onOpen={setOpenQueue} />
            <AgentsPanel agents={board.agents} />
          </>
        ) : (
          <Loading rows={10} />
        )}
      </div>
      {openQueue !== null && <QueueSide key={openQueue} queueId={openQueue} onClose={close} />}
    </div>
  );
}

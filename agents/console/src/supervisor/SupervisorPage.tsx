import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive, watchBoard } from '../live/store';
import page from '../ui/Page.module.css';
import { Loading } from '../ui/Panel';
import { usePageTitle } from '../ui/usePageTitle';
import { AgentSide } from './AgentSide';
import { AgentsPanel } from './AgentsPanel';
import { QueueSide } from './QueueSide';
import { QueuesPanel } from './QueuesPanel';
import { SurveysPanel } from './SurveysPanel';

/** One side panel at a time: of a queue, or of an agent. */
interface Open {
  kind: 'queue' | 'agent';
  id: string;
}

const openOf = (kind: Open['kind'], open: (what: Open) => void) => (id: string) => open({ kind, id });

export default function SupervisorPage() {
  const { t } = useTranslation();
  const board = useLive((state) => state.board);
  const [open, setOpen] = useState<Open | null>(null);
  const close = useCallback(() => setOpen(null), []);
  const openQueue = open?.kind === 'queue' ? open.id : null;
  const openAgent = open?.kind === 'agent' ? open.id : null;
  const agent = board?.agents.find((line) => line.agent_id === openAgent);
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
            <QueuesPanel queues={board.queues} openQueue={openQueue} onOpen={openOf('queue', setOpen)} />
            <AgentsPanel agents={board.agents} openAgent={openAgent} onOpen={openOf('agent', setOpen)} />
            <SurveysPanel />
          </>
        ) : (
          <Loading rows={10} />
        )}
      </div>
      {openQueue !== null && <QueueSide key={openQueue} queueId={openQueue} onClose={close} />}
      {agent && <AgentSide key={agent.agent_id} agent={agent} onClose={close} />}
    </div>
  );
}

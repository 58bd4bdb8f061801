import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readQueue } from '../api/calls';
import { isCall, type QueueContact } from '../api/types';
import { useLive } from '../live/store';
import { useNames } from '../session/configuration';
import { channelIcon, Icon, type IconName } from '../ui/Icon';
import { Empty, Failed, Loading } from '../ui/Panel';
import { SidePanel } from '../ui/SidePanel';
import { StateTag, type Tone } from '../ui/StateTag';
import table from '../ui/Table.module.css';
import { WhySide } from '../why/WhySide';
import { ContactActions } from './ContactActions';
import { Listening } from './Listening';
import { QueueActions } from './QueueActions';
import { Wait } from './Wait';

const REFRESH_MS = 2_000;

const looks: Record<QueueContact['state'], [Tone, IconName]> = {
  reserved: ['offered', 'voice'],
  dialling: ['offered', 'voice'],
  waiting: ['idle', 'clock'],
  offered: ['offered', 'bell'],
  connected: ['talking', 'chat'],
  parked: ['idle', 'clock'],
  wrap_up: ['wrapUp', 'wrapUp'],
  closed: ['idle', 'ready'],
};

interface ContactRowProps {
  queueId: string;
  contact: QueueContact;
  onWhy: (contactId: string) => void;
}

function ContactRow({ queueId, contact, onWhy }: ContactRowProps) {
  const { t } = useTranslation();
  const agents = useLive((state) => state.board?.agents);
  const agent = agents?.find((line) => line.agent_id === contact.agent_id);
  const [tone, icon] = looks[contact.state];
  const isWaiting = contact.state === 'waiting' || contact.state === 'offered';
  return (
    <tr>
      <td>
        <Icon name={channelIcon(contact.channel)} label={t(`channel.${contact.channel}`)} />
      </td>
      <td>
        <StateTag tone={tone} icon={icon}>
          {t(`contact.${contact.state}`)}
        </StateTag>
      </td>
      <td data-clip>{agent?.display_name ?? t('board.none')}</td>
      <td data-number>
        {isWaiting ? <Wait queueId={queueId} sinceMs={contact.waiting_since_ms} /> : t('board.none')}
      </td>
      <td>
        <button type="button" className={table.open} onClick={() => onWhy(contact.contact_id)}>
          {t('why.title')}
        </button>
      </td>
    </tr>
  );
}

interface ContactsProps {
  queueId: string;
  contacts: QueueContact[];
  onWhy: (contactId: string) => void;
}

function Contacts({ queueId, contacts, onWhy }: ContactsProps) {
  const { t } = useTranslation();
  if (!contacts.length)
    return <Empty icon="ready" title={t('board.emptyQueue')} text={t('board.emptyQueueText')} />;
  return (
    <table className={table.table} data-narrow>
      <thead>
        <tr>
          <th scope="col">
            <span className="visually-hidden">{t('board.channel')}</span>
          </th>
          <th scope="col">{t('board.state')}</th>
          <th scope="col" data-fill>
            {t('board.agent')}
          </th>
          <th scope="col" data-number>
            {t('board.waiting')}
          </th>
          <th scope="col">
            <span className="visually-hidden">{t('why.title')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {contacts.map((contact) => (
          <ContactRow key={contact.contact_id} queueId={queueId} contact={contact} onWhy={onWhy} />
        ))}
      </tbody>
    </table>
  );
}

/** A contact that has just been answered or moved has left the queue: then there is nothing to do to it here. */
const stateOf = (contacts: QueueContact[] | undefined, contactId: string): string =>
  contacts?.find((one) => one.contact_id === contactId)?.state ?? 'closed';

export function QueueSide({ queueId, onClose }: { queueId: string; onClose: () => void }) {
  const names = useNames();
  const [why, setWhy] = useState<string | null>(null);
  const queue = useQuery({
    queryKey: ['queue', queueId],
    queryFn: () => readQueue(queueId),
    refetchInterval: REFRESH_MS,
  });
  const line = useLive((state) => state.board?.queues.find((one) => one.queue_id === queueId));
  if (why !== null) {
    const state = stateOf(queue.data?.contacts, why);
    const channel = queue.data?.contacts.find((one) => one.contact_id === why)?.channel ?? '';
    const actions = (
      <>
        <ContactActions contactId={why} state={state} />
        {state === 'connected' && isCall(channel) && <Listening contactId={why} />}
      </>
    );
    return <WhySide contactId={why} actions={actions} onBack={() => setWhy(null)} onClose={onClose} />;
  }
  return (
    <SidePanel title={names.queue(queueId)} onClose={onClose}>
      {line && <QueueActions queue={line} />}
      {queue.isPending && <Loading rows={5} />}
      {queue.isError && !queue.data && <Failed error={queue.error} onRetry={() => void queue.refetch()} />}
      {queue.data && <Contacts queueId={queueId} contacts={queue.data.contacts} onWhy={setWhy} />}
    </SidePanel>
  );
}

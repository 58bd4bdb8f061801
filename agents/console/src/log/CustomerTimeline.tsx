import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { TimelineContact } from '../api/history';
import { isCall } from '../api/types';
import { CallCustomer } from '../dial/DialButton';
import { Lines } from '../desk/Lines';
import { useNames } from '../session/configuration';
import { dateTime } from '../ui/format';
import { channelIcon, Icon } from '../ui/Icon';
import { Empty, Failed, Loading } from '../ui/Panel';
import styles from './Log.module.css';
import { Outcome } from './LogTable';
import { useTimeline } from './useTimeline';

interface EntryProps {
  contact: TimelineContact;
  isOpen: boolean;
  onOpen: (contactId: string) => void;
}

function Entry({ contact, isOpen, onOpen }: EntryProps) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const { interaction: row, messages, notes } = contact;
  return (
    <li className={styles.entry} data-selected={isOpen || undefined}>
      <header className={styles.entryHead}>
        <Icon name={channelIcon(row.channel)} label={t(`channel.${row.channel}`)} />
        <button type="button" onClick={() => onOpen(row.contact_id)}>
          {dateTime(row.arrived_at_ms, i18n.language)}
        </button>
        <span>{names.queue(row.queue_id)}</span>
        <span>{row.agent_name}</span>
        <Outcome row={row} />
        {isCall(row.channel) && <CallCustomer contactId={row.contact_id} shown={row.customer_name} />}
      </header>
      {contact.has_more && <p className={styles.earlier}>{t('log.earlier')}</p>}
      {messages.length > 0 && <Lines messages={messages} />}
      {notes && <p className={styles.entryNotes}>{notes}</p>}
    </li>
  );
}

interface TimelineProps {
  customerKey: string;
  openId?: string;
  onOpen: (contactId: string) => void;
}

/** Everything one customer wrote and was told, newest first, as far as the reader may see it. */
export function CustomerTimeline({ customerKey, openId, onOpen }: TimelineProps) {
  const { t } = useTranslation();
  const timeline = useTimeline(customerKey);
  if (timeline.isPending) return <Loading rows={8} />;
  if (timeline.isError) return <Failed error={timeline.error} onRetry={() => void timeline.refetch()} />;
  const contacts = timeline.data.pages.flatMap((part) => part.contacts);
  if (!contacts.length) return <Empty icon="person" title={t('log.none')} text={t('log.noMatchText')} />;
  return (
    <>
      <ol className={styles.timeline}>
        {contacts.map((contact) => (
          <Entry
            key={contact.interaction.contact_id}
            contact={contact}
            isOpen={contact.interaction.contact_id === openId}
            onOpen={onOpen}
          />
        ))}
      </ol>
      {timeline.hasNextPage && (
        <div className={styles.more}>
          <Button onClick={() => void timeline.fetchNextPage()} loading={timeline.isFetchingNextPage}>
            {t('log.more')}
          </Button>
        </div>
      )}
    </>
  );
}

import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { AssignmentCard, OfferCard } from '../api/types';
import { useNow } from '../live/now';
import { useNames } from '../session/configuration';
import { duration } from '../ui/format';
import { channelIcon, Icon } from '../ui/Icon';
import { StateTag } from '../ui/StateTag';
import { lateness, waitingSinceMs } from './groups';
import { lookOf } from './states';
import { useTranscript, useUnread } from './work';
import styles from './WorkList.module.css';

/** What is to be known of it at a glance: late for its queue, or simply where it stands. */
function RowState({ item }: { item: AssignmentCard }) {
  const { t } = useTranslation();
  const now = useNow();
  const names = useNames();
  const sinceMs = waitingSinceMs(item, useTranscript(item.contact_id));
  const late = sinceMs !== null && lateness(now - sinceMs, names.queueConfig(item.queue_id));
  if (late && item.state === 'connected')
    return (
      <StateTag
        tone={late === 'red' ? 'breach' : 'warning'}
        icon={late === 'red' ? 'breach' : 'warning'}
        isPlain
      >
        {t('work.waits', { time: duration(now - sinceMs) })}
      </StateTag>
    );
  const look = lookOf(item);
  const leftMs = item.wrap_up_until_ms === null ? null : item.wrap_up_until_ms - now;
  return (
    <StateTag tone={look.tone} icon={look.icon} isPlain>
      {t(`contact.${look.word}`)}
      {item.state === 'wrap_up' && leftMs !== null && ` ${duration(leftMs)}`}
    </StateTag>
  );
}

interface WorkRowProps {
  item: AssignmentCard;
  isOpen: boolean;
  onOpen: (contactId: string) => void;
}

/** Alone, so that a second that passes draws nothing else again. */
function Elapsed({ sinceMs }: { sinceMs: number }) {
  return duration(useNow() - sinceMs);
}

/** Drawn again only when it has changed itself: fifty of them stand in a list that changes with each message. */
export const WorkRow = memo(function WorkRow({ item, isOpen, onOpen }: WorkRowProps) {
  const { t } = useTranslation();
  const unread = useUnread(item.contact_id);
  const last = useTranscript(item.contact_id).at(-1);
  return (
    <li>
      <button
        type="button"
        className={styles.row}
        aria-current={isOpen || undefined}
        onClick={() => onOpen(item.contact_id)}
      >
        <span className={styles.icon}>
          <Icon name={channelIcon(item.channel)} size={18} label={t(`channel.${item.channel}`)} />
        </span>
        <span className={styles.name}>{item.customer_name || t('customer.unnamed')}</span>
        <span className={styles.time} title={t('contact.sinceConnected')}>
          <Elapsed sinceMs={item.connected_at_ms} />
        </span>
        <span className={styles.preview}>{last?.text ?? ''}</span>
        {unread > 0 && (
          <span className={styles.badge} aria-label={t('work.unread', { count: unread })}>
            {unread}
          </span>
        )}
        <span className={styles.state}>
          <RowState item={item} />
        </span>
      </button>
    </li>
  );
});

export function OfferRow({ offer }: { offer: OfferCard }) {
  const { t } = useTranslation();
  const now = useNow();
  return (
    <li className={styles.row} data-offered>
      <span className={styles.icon}>
        <Icon name={channelIcon(offer.channel)} size={18} />
      </span>
      <span className={styles.name}>{offer.customer_name || t('customer.unnamed')}</span>
      <span className={styles.time}>{duration(offer.expires_at_ms - now)}</span>
      <span className={styles.preview}>{offer.opening_text}</span>
      <span className={styles.state}>
        <StateTag tone="offered" icon="bell" isPlain>
          {t('contact.offered')}
        </StateTag>
      </span>
    </li>
  );
}

import { useTranslation } from 'react-i18next';
import { isCall, type CustomerCard, type LastContact } from '../api/types';
import { CallCustomer } from '../dial/DialButton';
import { useToday } from '../live/now';
import { useNames } from '../session/configuration';
import { clockTime, dateTime, isSameDay } from '../ui/format';
import { channelIcon, Icon } from '../ui/Icon';
import styles from './Customer.module.css';

function useTold(): (contact: LastContact) => { when: string; what: string } {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const today = useToday();
  return (contact) => ({
    when: (isSameDay(contact.arrived_at_ms, today) ? clockTime : dateTime)(
      contact.arrived_at_ms,
      i18n.language,
    ),
    what: [
      names.queue(contact.queue_id),
      contact.disposition_id
        ? names.disposition(contact.disposition_id)
        : contact.outcome && t(`outcome.${contact.outcome}`),
      contact.agent_name,
    ]
      .filter(Boolean)
      .join(' · '),
  });
}

/** The newest in one line, for a card that is read in two seconds. */
export function LastContactLine({ card }: { card: CustomerCard }) {
  const { t } = useTranslation();
  const told = useTold();
  const [last] = card.last_contacts;
  if (!last) return <p className={styles.line}>{t('customer.firstContact')}</p>;
  const { when, what } = told(last);
  return (
    <p className={styles.line}>
      <Icon name={channelIcon(last.channel)} size={14} label={t(`channel.${last.channel}`)} />
      <span>{t('customer.last', { when, what })}</span>
    </p>
  );
}

export function LastContacts({ card }: { card: CustomerCard }) {
  const { t } = useTranslation();
  const told = useTold();
  if (!card.last_contacts.length) return <p className={styles.none}>{t('customer.firstContact')}</p>;
  return (
    <ul>
      {card.last_contacts.map((contact) => {
        const { when, what } = told(contact);
        return (
          <li key={contact.contact_id} className={styles.last}>
            <Icon name={channelIcon(contact.channel)} label={t(`channel.${contact.channel}`)} />
            <span>{what}</span>
            <time>{when}</time>
            {isCall(contact.channel) && <CallCustomer contactId={contact.contact_id} shown={when} />}
          </li>
        );
      })}
    </ul>
  );
}

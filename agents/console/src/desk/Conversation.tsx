import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { channelOf, type AssignmentCard } from '../api/types';
import { useNow } from '../live/now';
import { useNames } from '../session/configuration';
import { duration } from '../ui/format';
import { channelIcon, Icon } from '../ui/Icon';
import { StateTag } from '../ui/StateTag';
import { Actions } from './Actions';
import styles from './Conversation.module.css';
import { PANELS } from './panels';
import { lookOf } from './states';
import { WrapUpForm } from './WrapUpForm';

function Head({ item }: { item: AssignmentCard }) {
  const { t } = useTranslation();
  const names = useNames();
  const now = useNow();
  const look = lookOf(item);
  return (
    <header className={styles.head}>
      <span className={styles.channel}>
        <Icon name={channelIcon(item.channel)} size={20} label={t(`channel.${item.channel}`)} />
      </span>
      <div className={styles.who}>
        <h2>{item.customer_name || t('customer.unnamed')}</h2>
        <p>{names.queue(item.queue_id)}</p>
      </div>
      <StateTag tone={look.tone} icon={look.icon}>
        {t(`contact.${look.word}`)} <span data-state-timer>{duration(now - item.state_since_ms)}</span>
      </StateTag>
      <Actions item={item} />
    </header>
  );
}

/** Nothing is written while it is put aside: here is why, and what happens next. */
function AsideNotice({ item }: { item: AssignmentCard }) {
  const { t } = useTranslation();
  return (
    <div className={styles.aside} role="status">
      <Icon name={item.is_interrupted ? 'warning' : 'clock'} />
      {t(item.is_interrupted ? 'conversation.interrupted' : 'conversation.parked')}
    </div>
  );
}

/** Drawn again only for its own contact: the others of the desk change all the time. */
export const Conversation = memo(function Conversation({ item }: { item: AssignmentCard }) {
  const { t } = useTranslation();
  const Panel = PANELS[channelOf(item.channel)];
  return (
    <section
      className={styles.pane}
      aria-label={t('conversation.with', { name: item.customer_name })}
      data-conversation={item.channel}
    >
      <Head item={item} />
      {item.state === 'parked' && <AsideNotice item={item} />}
      <Panel item={item} />
      {item.state === 'wrap_up' && <WrapUpForm item={item} />}
    </section>
  );
});

import { Button, Popconfirm } from 'antd';
import { useTranslation } from 'react-i18next';
import { endContact } from '../api/calls';
import { channelOf, isCall, type AssignmentCard } from '../api/types';
import { useNow } from '../live/now';
import { useNames } from '../session/configuration';
import { useIsStale } from '../shell/useIsStale';
import { duration } from '../ui/format';
import { channelIcon, Icon } from '../ui/Icon';
import { StateTag } from '../ui/StateTag';
import { useCommand } from '../ui/useCommand';
import styles from './Conversation.module.css';
import { PANELS } from './panels';
import { lookOf } from './states';
import { WrapUpForm } from './WrapUpForm';

const askEnd = (key: string, contactId: string) => endContact(contactId, key);

function EndButton({ item }: { item: AssignmentCard }) {
  const { t } = useTranslation();
  const isStale = useIsStale();
  const { run, isBusy } = useCommand(askEnd);
  const end = () => void run(item.contact_id);
  const button = (
    <Button
      icon={<Icon name="remove" size={14} />}
      disabled={isStale}
      loading={isBusy}
      title={isStale ? t('stale.commands') : undefined}
      onClick={item.is_customer_present ? undefined : end}
    >
      {t('conversation.end')}
    </Button>
  );
  if (!item.is_customer_present) return button;
  return (
    <Popconfirm
      title={t('conversation.endTitle', { name: item.customer_name })}
      description={t('conversation.endText')}
      okText={t('conversation.end')}
      cancelText={t('action.cancel')}
      placement="bottomRight"
      icon={null}
      onConfirm={end}
    >
      {button}
    </Popconfirm>
  );
}

function Head({ item }: { item: AssignmentCard }) {
  const { t } = useTranslation();
  const names = useNames();
  const now = useNow();
  // A call ends by its own buttons: hanging up is more than ending a conversation.
  const hasEnd = item.state === 'connected' && !isCall(item.channel);
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
      {hasEnd && <EndButton item={item} />}
    </header>
  );
}

export function Conversation({ item }: { item: AssignmentCard }) {
  const { t } = useTranslation();
  const Panel = PANELS[channelOf(item.channel)];
  return (
    <section
      className={styles.pane}
      aria-label={t('conversation.with', { name: item.customer_name })}
      data-conversation={item.channel}
    >
      <Head item={item} />
      <Panel item={item} />
      {item.state === 'wrap_up' && <WrapUpForm item={item} />}
    </section>
  );
}

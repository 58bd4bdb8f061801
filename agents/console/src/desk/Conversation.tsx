import { Button, Popconfirm } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { endContact } from '../api/calls';
import type { AssignmentCard } from '../api/types';
import { useNow } from '../live/now';
import { loadTranscript } from '../live/store';
import { useNames } from '../session/configuration';
import { useIsStale } from '../shell/useIsStale';
import { duration } from '../ui/format';
import { channelIcon, Icon } from '../ui/Icon';
import { Failed, Loading } from '../ui/Panel';
import { StateTag } from '../ui/StateTag';
import { useCommand } from '../ui/useCommand';
import { Composer } from './Composer';
import styles from './Conversation.module.css';
import { Transcript } from './Transcript';
import { useMarkRead } from './work';
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
  const isTalking = item.state === 'connected';
  return (
    <header className={styles.head}>
      <span className={styles.channel}>
        <Icon name={channelIcon(item.channel)} size={20} label={t(`channel.${item.channel}`)} />
      </span>
      <div className={styles.who}>
        <h2>{item.customer_name || t('customer.unnamed')}</h2>
        <p>{names.queue(item.queue_id)}</p>
      </div>
      <StateTag tone={isTalking ? 'talking' : 'wrapUp'} icon={isTalking ? 'chat' : 'wrapUp'}>
        {t(`contact.${item.state}`)} <span data-state-timer>{duration(now - item.state_since_ms)}</span>
      </StateTag>
      {isTalking && <EndButton item={item} />}
    </header>
  );
}

function LeftNotice() {
  const { t } = useTranslation();
  return (
    <div className={styles.left} role="status">
      <Icon name="left" />
      {t('conversation.customerLeft')}
    </div>
  );
}

export function Conversation({ item }: { item: AssignmentCard }) {
  const { t } = useTranslation();
  const contactId = item.contact_id;
  const load = useQuery({
    queryKey: ['transcript', contactId],
    queryFn: () => loadTranscript(contactId).then(() => true),
    staleTime: Infinity,
  });
  useMarkRead(contactId);
  const isTalking = item.state === 'connected';
  return (
    <section
      className={styles.pane}
      aria-label={t('conversation.with', { name: item.customer_name })}
      data-conversation
    >
      <Head item={item} />
      {load.isPending ? (
        <div className={styles.filling}>
          <Loading rows={6} />
        </div>
      ) : load.isError ? (
        <div className={styles.filling}>
          <Failed error={load.error} onRetry={() => void load.refetch()} />
        </div>
      ) : (
        <Transcript contactId={contactId} customerName={item.customer_name} isLive={isTalking} />
      )}
      {isTalking && !item.is_customer_present && <LeftNotice />}
      {isTalking ? <Composer item={item} /> : <WrapUpForm item={item} />}
    </section>
  );
}

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AssignmentCard } from '../api/types';
import { Icon } from '../ui/Icon';
import { Failed, Loading } from '../ui/Panel';
import { Composer } from './Composer';
import styles from './Conversation.module.css';
import { Transcript } from './Transcript';
import { transcriptQuery, useMarkRead } from './work';

function LeftNotice() {
  const { t } = useTranslation();
  return (
    <div className={styles.left} role="status">
      <Icon name="left" />
      {t('conversation.customerLeft')}
    </div>
  );
}

export function ChatPanel({ item }: { item: AssignmentCard }) {
  const contactId = item.contact_id;
  const load = useQuery(transcriptQuery(contactId));
  useMarkRead(contactId);
  const isTalking = item.state === 'connected';
  return (
    <>
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
      {isTalking && <Composer item={item} />}
    </>
  );
}

import { useTranslation } from 'react-i18next';
import type { AssignmentCard } from '../api/types';
import { WholeNumber } from '../call/WholeNumber';
import { CallCustomer } from '../dial/DialButton';
import { LeadTask } from '../leads/LeadTask';
import { useContactLeads } from '../leads/useContactLeads';
import { useConfiguration } from '../session/configuration';
import { Recordings } from './Recordings';
import styles from './Recording.module.css';

/** A lead, or a message a caller has left: who it was, and what was said. */
export function TaskPanel({ item }: { item: AssignmentCard }) {
  const { asked } = useContactLeads(item.contact_id);
  const lead = asked.data?.leads.find((found) => found.is_about);
  if (asked.isPending) return <div className={styles.task} />;
  return lead ? (
    <div className={styles.task}>
      <LeadTask contactId={item.contact_id} found={lead} />
      <Recordings contactId={item.contact_id} />
    </div>
  ) : (
    <Message item={item} />
  );
}

function Message({ item }: { item: AssignmentCard }) {
  const { t } = useTranslation();
  const { data } = useConfiguration();
  return (
    <div className={styles.task}>
      <p>{t('recording.task')}</p>
      {data?.agents_see_numbers === true && item.customer_name && (
        <p>
          <WholeNumber contactId={item.contact_id} masked={item.customer_name} />
        </p>
      )}
      {item.customer_name && <CallCustomer contactId={item.contact_id} shown={item.customer_name} isNamed />}
      <Recordings contactId={item.contact_id} />
    </div>
  );
}

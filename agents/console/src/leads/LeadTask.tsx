/** A lead that has come to an agent: what the customer wants, and the number to call. */
import { useTranslation } from 'react-i18next';
import type { ContactLead } from '../api/leads';
import { CallCustomer } from '../dial/DialButton';
import styles from './Leads.module.css';

export function LeadTask({ contactId, found }: { contactId: string; found: ContactLead }) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t('leads.task', { no: found.lead.lead_no })}</p>
      <p className={styles.interest}>{found.lead.interest || t('callBacks.erased')}</p>
      {found.number && (
        <p>
          {found.number} <CallCustomer contactId={contactId} shown={found.number} />
        </p>
      )}
    </>
  );
}

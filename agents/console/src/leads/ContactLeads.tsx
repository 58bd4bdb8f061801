/** Beside a contact: leads of its customer with what may be done now, and one more to make. */
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useIsStale } from '../shell/useIsStale';
import { dateTime } from '../ui/format';
import page from '../ui/Page.module.css';
import styles from '../ui/Steps.module.css';
import { LeadStage } from './LeadStage';
import { LeadSteps } from './LeadSteps';
import { MakeLeadDialog } from './MakeLeadDialog';
import { useContactLeads } from './useContactLeads';

/** Nothing where there is no contact, or nobody who works on leads. */
export function ContactLeads({ contactId }: { contactId: string }) {
  const { t, i18n } = useTranslation();
  const isStale = useIsStale();
  const [isMaking, setMaking] = useState(false);
  const { asked, reload } = useContactLeads(contactId);
  if (!asked.data?.is_set_up) return null;
  return (
    <section className={styles.part} aria-label={t('leads.panel')}>
      <h2>{t('leads.panel')}</h2>
      {!asked.data.leads.length && <p className={page.muted}>{t('leads.panelNone')}</p>}
      <ul>
        {asked.data.leads.map(({ lead, is_about, next_steps }) => (
          <li key={lead.lead_id} className={styles.beside} data-lead={lead.lead_no} data-stage={lead.stage}>
            <span className={styles.text}>
              {`${lead.lead_no} · ${lead.interest || t('callBacks.erased')}`}{' '}
              {is_about && <span className={page.muted}>{t('leads.about')}</span>}
            </span>
            <LeadStage stage={lead.stage} />
            {lead.remind_at_ms !== null && (
              <span className={page.muted}>
                {t('leads.comesBack', { at: dateTime(lead.remind_at_ms, i18n.language) })}
              </span>
            )}
            {lead.is_open && <LeadSteps isSmall lead={lead} steps={next_steps} onMoved={reload} />}
          </li>
        ))}
      </ul>
      <Button disabled={isStale} onClick={() => setMaking(true)}>
        {t('leads.make')}
      </Button>
      {isMaking && (
        <MakeLeadDialog
          contactId={contactId}
          onClose={() => {
            setMaking(false);
            reload();
          }}
        />
      )}
    </section>
  );
}

/** Cases and leads of a customer that are not over; each opens beside the page. */
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { readContactCases } from '../api/cases';
import { readContactLeads } from '../api/leads';
import { CaseState } from '../cases/CaseState';
import { useLateness } from '../cases/words';
import { LeadStage } from '../leads/LeadStage';
import page from '../ui/Page.module.css';
import { Failed, Loading } from '../ui/Panel';
import styles from './Customers.module.css';

interface PartProps {
  id: string;
  title: string;
  asked: { isPending: boolean; error: Error | null; refetch: () => Promise<unknown> };
  isEmpty: boolean;
  none: string;
  children: ReactNode;
}

function Part({ id, title, asked, isEmpty, none, children }: PartProps) {
  return (
    <section className={page.panel} aria-labelledby={id}>
      <header className={page.head}>
        <h2 id={id}>{title}</h2>
      </header>
      {asked.isPending && <Loading rows={2} />}
      {asked.error && <Failed error={asked.error} onRetry={() => void asked.refetch()} />}
      {!asked.isPending && !asked.error && isEmpty && <p className={styles.none}>{none}</p>}
      <ul className={styles.open}>{children}</ul>
    </section>
  );
}

interface OpenProps {
  contactId: string;
  onOpen: (id: string) => void;
}

function OpenCases({ contactId, onOpen }: OpenProps) {
  const { t } = useTranslation();
  const late = useLateness();
  const asked = useQuery({
    queryKey: ['contact-cases', contactId],
    queryFn: () => readContactCases(contactId),
  });
  if (asked.data?.is_set_up === false) return null;
  const rows = asked.data?.cases.map((one) => one.case).filter((row) => row.is_open) ?? [];
  return (
    <Part
      id="customer-cases"
      title={t('customers.openCases')}
      asked={asked}
      isEmpty={!rows.length}
      none={t('customers.noCases')}
    >
      {rows.map((row) => (
        <li key={row.case_id} data-case={row.case_no}>
          <Button type="link" size="small" onClick={() => onOpen(row.case_id)}>
            {`${row.case_no} · ${row.subject || t('callBacks.erased')}`}
          </Button>
          <CaseState row={row} />
          {row.late_ms > 0 && <span className={page.muted}>{late(row)}</span>}
        </li>
      ))}
    </Part>
  );
}

function OpenLeads({ contactId, onOpen }: OpenProps) {
  const { t } = useTranslation();
  const asked = useQuery({
    queryKey: ['contact-leads', contactId],
    queryFn: () => readContactLeads(contactId),
  });
  if (asked.data?.is_set_up === false) return null;
  const rows = asked.data?.leads.map((one) => one.lead).filter((row) => row.is_open) ?? [];
  return (
    <Part
      id="customer-leads"
      title={t('customers.openLeads')}
      asked={asked}
      isEmpty={!rows.length}
      none={t('customers.noLeads')}
    >
      {rows.map((row) => (
        <li key={row.lead_id} data-lead={row.lead_no}>
          <Button type="link" size="small" onClick={() => onOpen(row.lead_id)}>
            {`${row.lead_no} · ${row.interest || t('callBacks.erased')}`}
          </Button>
          <LeadStage stage={row.stage} />
        </li>
      ))}
    </Part>
  );
}

interface OpenWorkProps {
  /** The newest contact of the customer: cases and leads are asked for by a contact. */
  contactId: string;
  onOpenCase: (caseId: string) => void;
  onOpenLead: (leadId: string) => void;
}

export function OpenWork({ contactId, onOpenCase, onOpenLead }: OpenWorkProps) {
  return (
    <>
      <OpenCases contactId={contactId} onOpen={onOpenCase} />
      <OpenLeads contactId={contactId} onOpen={onOpenLead} />
    </>
  );
}

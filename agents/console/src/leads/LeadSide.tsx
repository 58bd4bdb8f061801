/** A lead, whole: how far it has come, what may be done with it now, and every step so far. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { readLead, type LeadView } from '../api/leads';
import { OpenCustomer } from '../customers/CustomerLink';
import { useNames } from '../session/configuration';
import { dateTime } from '../ui/format';
import page from '../ui/Page.module.css';
import { Failed, Loading } from '../ui/Panel';
import { SidePanel } from '../ui/SidePanel';
import styles from '../ui/Steps.module.css';
import { LeadStage } from './LeadStage';
import { LeadSteps } from './LeadSteps';

const REFRESH_MS = 5_000;

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Facts({ view }: { view: LeadView }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const { lead } = view;
  return (
    <dl className={page.facts}>
      <Fact name={t('leads.column.stage')}>
        <LeadStage stage={lead.stage} />
      </Fact>
      <Fact name={t('leads.column.owner')}>{lead.owner_name || t('leads.nobody')}</Fact>
      <Fact name={t('leads.column.queue')}>{names.queue(lead.queue_id)}</Fact>
      {lead.remind_at_ms !== null && (
        <Fact name={t('leads.column.reminder')}>{dateTime(lead.remind_at_ms, i18n.language)}</Fact>
      )}
      <Fact name={t('leads.column.customer')}>
        {[lead.customer_name, view.number].filter(Boolean).join(' · ') || '–'}
        <OpenCustomer contactId={view.contact_id} />
      </Fact>
      <Fact name={t('leads.column.made')}>
        {`${dateTime(lead.created_at_ms, i18n.language)} · ${view.created_by_name}`}
      </Fact>
    </dl>
  );
}

function Line({ step }: { step: LeadView['steps'][number] }) {
  const { t, i18n } = useTranslation();
  return (
    <li data-step={step.step}>
      <p>
        <strong>{t(`leads.step.${step.step}`)}</strong>
        <span>{step.owner_name}</span>
      </p>
      <p className={page.muted}>
        {[dateTime(step.at_ms, i18n.language), step.by_name || t('leads.system')].join(' · ')}
      </p>
      {step.text && <p className={styles.text}>{step.text}</p>}
    </li>
  );
}

function Whole({ view, onMoved }: { view: LeadView; onMoved: () => void }) {
  const { t } = useTranslation();
  return (
    <div data-lead={view.lead.lead_no} data-stage={view.lead.stage}>
      <Facts view={view} />
      <section className={styles.part}>
        <h3>{t('leads.nextSteps')}</h3>
        <LeadSteps lead={view.lead} steps={view.next_steps} owners={view.owners} onMoved={onMoved} />
      </section>
      <section className={styles.part}>
        <h3>{t('leads.column.interest')}</h3>
        <p className={styles.text}>{view.lead.interest || t('callBacks.erased')}</p>
      </section>
      <section className={styles.part}>
        <h3>{t('leads.timeline')}</h3>
        <ol className={styles.timeline}>
          {view.steps.map((one) => (
            <Line key={one.version} step={one} />
          ))}
        </ol>
      </section>
    </div>
  );
}

export function LeadSide({ leadId, onClose }: { leadId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const asked = useQuery({
    queryKey: ['lead', leadId],
    queryFn: () => readLead(leadId),
    refetchInterval: REFRESH_MS,
  });
  const reload = () => {
    void queries.invalidateQueries({ queryKey: ['lead', leadId] });
    void queries.invalidateQueries({ queryKey: ['leads'] });
  };
  const lead = asked.data?.lead;
  const title = lead ? `${lead.lead_no} · ${lead.customer_name || t('customer.unnamed')}` : t('page.leads');
  return (
    <SidePanel isWide title={title} onClose={onClose}>
      {asked.isPending && <Loading rows={6} />}
      {asked.isError && !asked.data && <Failed error={asked.error} onRetry={() => void asked.refetch()} />}
      {asked.data && <Whole view={asked.data} onMoved={reload} />}
    </SidePanel>
  );
}

/** Leads of one's queues: what comes back first, what is due, one's own, what was won or lost. */
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readLeads, type LeadListName, type LeadRow, type LeadsView } from '../api/leads';
import { useNames } from '../session/configuration';
import { dateTime } from '../ui/format';
import page from '../ui/Page.module.css';
import { Empty, Failed, Loading } from '../ui/Panel';
import table from '../ui/Table.module.css';
import { usePageTitle } from '../ui/usePageTitle';
import { LeadSide } from './LeadSide';
import { LeadStage } from './LeadStage';

const REFRESH_MS = 5_000;
const lists: LeadListName[] = ['open', 'due', 'mine', 'closed'];
const columns = ['no', 'interest', 'customer', 'stage', 'queue', 'owner', 'reminder'] as const;

function Row({ row, onOpen }: { row: LeadRow; onOpen: (id: string) => void }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const at = row.remind_at_ms ?? row.closed_at_ms;
  return (
    <tr data-lead={row.lead_no} data-stage={row.stage}>
      <td data-number>{row.lead_no}</td>
      <td data-main>
        <Button type="link" size="small" onClick={() => onOpen(row.lead_id)}>
          {row.interest || t('callBacks.erased')}
        </Button>
      </td>
      <td data-clip>{row.customer_name || '–'}</td>
      <td>
        <LeadStage stage={row.stage} />
      </td>
      <td data-clip>{names.queue(row.queue_id)}</td>
      <td data-clip>{row.owner_name || t('leads.nobody')}</td>
      <td>{at ? dateTime(at, i18n.language) : '–'}</td>
    </tr>
  );
}

function List({ rows, onOpen }: { rows: LeadRow[]; onOpen: (id: string) => void }) {
  const { t } = useTranslation();
  return (
    <div className={table.wrap} tabIndex={0} role="region" aria-labelledby="leads-title">
      <table className={table.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" data-number={column === 'no' || undefined}>
                {t(`leads.column.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.lead_id} row={row} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Leads wait unseen where nobody may have a task in hand: that is said. */
function Unserved({ page: { unserved_queue_id: queueId } = {} }: { page: Partial<LeadsView> | undefined }) {
  const { t } = useTranslation();
  const names = useNames();
  if (!queueId) return null;
  return <Alert type="warning" showIcon title={t('leads.unserved', { queue: names.queue(queueId) })} />;
}

export default function LeadsPage() {
  const { t } = useTranslation();
  const [list, setList] = useState<LeadListName>('open');
  const [after, setAfter] = useState('');
  const [leadId, setLeadId] = useState('');
  const asked = useQuery({
    queryKey: ['leads', list, after],
    queryFn: () => readLeads(list, '', after),
    refetchInterval: REFRESH_MS,
  });
  const rows = asked.data?.leads ?? [];
  const choose = (chosen: LeadListName) => {
    setAfter('');
    setList(chosen);
  };
  const none = asked.data?.is_set_up === false ? 'leads.notSetUp' : `leads.noneOf.${list}`;
  usePageTitle('leads');
  return (
    <div className={page.page}>
      <div className={page.body}>
        <section className={page.panel} aria-labelledby="leads-title">
          <header className={page.head}>
            <h1 id="leads-title">{t('page.leads')}</h1>
            <Segmented
              value={list}
              onChange={choose}
              options={lists.map((value) => ({ value, label: t(`leads.list.${value}`) }))}
            />
          </header>
          <Unserved page={asked.data} />
          {asked.isPending && <Loading rows={4} />}
          {asked.isError && !asked.data && (
            <Failed error={asked.error} onRetry={() => void asked.refetch()} />
          )}
          {asked.isSuccess && !rows.length && <Empty icon="star" title={t('leads.none')} text={t(none)} />}
          {rows.length > 0 && <List rows={rows} onOpen={setLeadId} />}
          {asked.data?.next_mark && (
            <Button type="text" onClick={() => setAfter(asked.data.next_mark)}>
              {t('cases.next')}
            </Button>
          )}
        </section>
      </div>
      {leadId && <LeadSide key={leadId} leadId={leadId} onClose={() => setLeadId('')} />}
    </div>
  );
}

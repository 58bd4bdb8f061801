/** Campaigns: what runs, how far each has come, and the numbers nobody calls. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readCampaigns, type Campaign } from '../api/campaigns';
import { useNames } from '../session/configuration';
import { count } from '../ui/format';
import page from '../ui/Page.module.css';
import { Empty, Failed, Loading } from '../ui/Panel';
import table from '../ui/Table.module.css';
import { usePageTitle } from '../ui/usePageTitle';
import { CampaignSide } from './CampaignSide';
import { CampaignTag } from './CampaignTag';
import { PlanDialog } from './PlanDialog';
import { ProgressBar } from './Progress';
import { SuppressFile } from './SuppressFile';
import { SuppressDialog, Suppressions } from './Suppressions';
import { totalOf } from './words';

type View = 'campaigns' | 'suppressions';

const REFRESH_MS = 3_000;
const columns = ['name', 'state', 'queue', 'mode', 'entries', 'progress'] as const;

function Row({ campaign, onOpen }: { campaign: Campaign; onOpen: () => void }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const { plan, entries } = campaign;
  return (
    <tr data-campaign={campaign.campaign_id} data-state={campaign.state}>
      <td data-main>
        <Button type="link" size="small" onClick={onOpen}>
          {plan.name}
        </Button>
      </td>
      <td>
        <CampaignTag state={campaign.state} />
      </td>
      <td data-clip>{names.queue(plan.queue_id)}</td>
      <td>{t(`campaigns.mode.${plan.mode}`)}</td>
      <td data-number>{count(totalOf(entries), i18n.language)}</td>
      <td>
        <ProgressBar entries={entries} />
      </td>
    </tr>
  );
}

function List({ rows, onOpen }: { rows: Campaign[]; onOpen: (id: string) => void }) {
  const { t } = useTranslation();
  return (
    <div className={table.wrap} tabIndex={0} role="region" aria-labelledby="campaigns-title">
      <table className={table.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" data-number={column === 'entries' || undefined}>
                {t(`campaigns.column.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.campaign_id} campaign={row} onOpen={() => onOpen(row.campaign_id)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Campaigns({ onOpen }: { onOpen: (id: string) => void }) {
  const { t } = useTranslation();
  const asked = useCampaigns();
  if (asked.isPending) return <Loading rows={4} />;
  if (!asked.data) return <Failed error={asked.error} onRetry={() => void asked.refetch()} />;
  const { campaigns } = asked.data;
  if (!campaigns.length)
    return <Empty icon="voice" title={t('campaigns.none')} text={t('campaigns.noneText')} />;
  return <List rows={campaigns} onOpen={onOpen} />;
}

const useCampaigns = () =>
  useQuery({ queryKey: ['campaigns'], queryFn: readCampaigns, refetchInterval: REFRESH_MS });

export default function CampaignsPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [view, setView] = useState<View>('campaigns');
  const [openId, setOpenId] = useState('');
  const [isAdding, setAdding] = useState(false);
  const open = useCampaigns().data?.campaigns.find((one) => one.campaign_id === openId);
  const reload = () => void queries.invalidateQueries({ queryKey: ['campaigns'] });
  const isList = view === 'campaigns';
  usePageTitle('campaigns');
  return (
    <div className={page.page}>
      <div className={page.body}>
        <section className={page.panel} aria-labelledby="campaigns-title">
          <header className={page.head}>
            <h1 id="campaigns-title">{t('page.campaigns')}</h1>
            <Segmented<View>
              value={view}
              onChange={setView}
              options={(['campaigns', 'suppressions'] as const).map((value) => ({
                value,
                label: t(`campaigns.view.${value}`),
              }))}
            />
            <span className={page.grow} />
            <Button type="primary" onClick={() => setAdding(true)}>
              {t(isList ? 'campaigns.add' : 'campaigns.suppress')}
            </Button>
          </header>
          {!isList && <SuppressFile />}
          {isList ? <Campaigns onOpen={setOpenId} /> : <Suppressions />}
        </section>
      </div>
      {isList && open && (
        <CampaignSide key={openId} campaign={open} onChanged={reload} onClose={() => setOpenId('')} />
      )}
      {isAdding && isList && (
        <PlanDialog
          before={null}
          onStored={(campaign) => {
            setAdding(false);
            setOpenId(campaign.campaign_id);
            reload();
          }}
          onClose={() => setAdding(false)}
        />
      )}
      {isAdding && !isList && <SuppressDialog onClose={() => setAdding(false)} />}
    </div>
  );
}

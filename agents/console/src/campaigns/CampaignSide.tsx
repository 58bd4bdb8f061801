/** A campaign, whole: how far it has come, what may be done with it, its lists, its leads and its evidence. */
import { useQuery } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  readCampaignLeads,
  readEvidence,
  turnCampaign,
  type Campaign,
  type CampaignState,
} from '../api/campaigns';
import { LeadStage } from '../leads/LeadStage';
import { useNames } from '../session/configuration';
import page from '../ui/Page.module.css';
import { saveCsv } from '../ui/save';
import { SidePanel } from '../ui/SidePanel';
import { useCommand } from '../ui/useCommand';
import styles from './Campaigns.module.css';
import { CampaignTag } from './CampaignTag';
import { Lists } from './Lists';
import { PlanDialog } from './PlanDialog';
import { Progress } from './Progress';
import { clockOf, csvOf } from './words';

const stages = ['new', 'contacted', 'qualified', 'won', 'lost'];

const askTurn = (_key: string, { campaign_id, version }: Campaign, state: CampaignState) =>
  turnCampaign(campaign_id, version, state);
const askEvidence = (_key: string, campaignId: string) => readEvidence(campaignId);

interface CampaignProps {
  campaign: Campaign;
  onChanged: () => void;
}

function Buttons({ campaign, onChanged }: CampaignProps) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const [isEditing, setEditing] = useState(false);
  const turning = useCommand(askTurn);
  const evidence = useCommand(askEvidence);
  const { campaign_id, state } = campaign;
  const turn = async (to: CampaignState) => {
    await turning.run(campaign, to);
    onChanged();
  };
  const askFirst = (to: CampaignState) =>
    to === 'done'
      ? modal.confirm({
          title: t('campaigns.endTitle'),
          content: t('campaigns.endText'),
          okText: t('campaigns.turn.done'),
          cancelText: t('action.cancel'),
          onOk: () => turn(to),
        })
      : void turn(to);
  const save = async () => {
    const attempts = await evidence.run(campaign_id);
    if (attempts) saveCsv(`${campaign_id}.csv`, csvOf(attempts));
  };
  return (
    <div className={styles.buttons}>
      {(campaign.next_states as CampaignState[]).map((to) => (
        <Button
          key={to}
          type={to === 'running' ? 'primary' : 'default'}
          loading={turning.isBusy}
          onClick={() => askFirst(to)}
        >
          {t(`campaigns.turn.${to}`)}
        </Button>
      ))}
      {state !== 'done' && <Button onClick={() => setEditing(true)}>{t('campaigns.edit')}</Button>}
      <Button loading={evidence.isBusy} onClick={() => void save()}>
        {t('campaigns.evidence')}
      </Button>
      {isEditing && (
        <PlanDialog
          before={campaign}
          onStored={() => {
            setEditing(false);
            onChanged();
          }}
          onClose={() => setEditing(false)}
        />
      )}
    </div>
  );
}

/** What came of it. */
function LeadsOf({ campaignId }: { campaignId: string }) {
  const { t } = useTranslation();
  const asked = useQuery({
    queryKey: ['campaign-leads', campaignId],
    queryFn: () => readCampaignLeads(campaignId),
  });
  const found = stages.filter((stage) => asked.data?.stages[stage]);
  return (
    <section className={styles.part}>
      <h3>{t('campaigns.leads')}</h3>
      {!found.length && <p className={page.muted}>{t('campaigns.noLeads')}</p>}
      <div className={styles.legend}>
        {found.map((stage) => (
          <span key={stage} data-leads={stage}>
            <LeadStage stage={stage} /> {asked.data?.stages[stage]}
          </span>
        ))}
      </div>
    </section>
  );
}

function Plan({ campaign: { plan } }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const names = useNames();
  const facts: [string, string][] = [
    [t('campaigns.column.queue'), names.queue(plan.queue_id)],
    [t('campaigns.field.mode'), t(`campaigns.mode.${plan.mode}`)],
    [t('campaigns.field.pack_id'), t(`campaigns.pack_id.${plan.pack_id}`)],
    [t('campaigns.window'), `${clockOf(plan.from_minute)}–${clockOf(plan.until_minute)}`],
    [t('campaigns.field.attempts_max'), String(plan.attempts_max)],
  ];
  return (
    <dl className={page.facts}>
      {facts.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function CampaignSide({ campaign, onChanged, onClose }: CampaignProps & { onClose: () => void }) {
  const { t } = useTranslation();
  const { campaign_id, state } = campaign;
  return (
    <SidePanel isWide title={campaign.plan.name} onClose={onClose}>
      <div data-campaign={campaign_id} data-state={state}>
        <section className={styles.part}>
          <CampaignTag state={state} />
          <Progress entries={campaign.entries} />
        </section>
        <section className={styles.part}>
          <Buttons campaign={campaign} onChanged={onChanged} />
        </section>
        <Plan campaign={campaign} />
        <section className={styles.part}>
          <h3>{t('campaigns.lists')}</h3>
          <Lists campaignId={campaign_id} isDone={state === 'done'} />
        </section>
        <LeadsOf campaignId={campaign_id} />
      </div>
    </SidePanel>
  );
}

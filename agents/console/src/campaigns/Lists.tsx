/** Lists of a campaign: one is taken in, and every row that was not is named. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { readLists, takeList, type CampaignList } from '../api/campaigns';
import { dateTime } from '../ui/format';
import page from '../ui/Page.module.css';
import { Failed, Loading } from '../ui/Panel';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import styles from './Campaigns.module.css';
import { Faults } from './Faults';

const ask = (_key: string, campaignId: string, name: string, text: string) =>
  takeList(campaignId, name, text);

function One({ list }: { list: CampaignList }) {
  const { t, i18n } = useTranslation();
  return (
    <li data-list={list.name}>
      <p>
        {list.name} · {t('campaigns.taken', { taken: list.taken })}
      </p>
      <p className={page.muted}>{[dateTime(list.at_ms, i18n.language), list.by_name].join(' · ')}</p>
      <Faults faults={list.faults} />
    </li>
  );
}

export function Lists({ campaignId, isDone }: { campaignId: string; isDone: boolean }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const taking = useCommand(ask);
  const queryKey = ['campaign-lists', campaignId];
  const asked = useQuery({ queryKey, queryFn: () => readLists(campaignId) });
  const take = async (file: File) => {
    const taken = await taking.run(campaignId, file.name, await file.text());
    if (!taken) return;
    toast(t('campaigns.listTaken', { taken: taken.taken, faults: taken.faults.length }), 'info');
    void queries.invalidateQueries({ queryKey });
    void queries.invalidateQueries({ queryKey: ['campaigns'] });
  };
  return (
    <>
      <ul className={styles.lists}>
        {asked.isPending && <Loading rows={2} />}
        {asked.isError && <Failed error={asked.error} onRetry={() => void asked.refetch()} />}
        {asked.data?.lists.map((list) => (
          <One key={list.list_id} list={list} />
        ))}
      </ul>
      <input
        ref={input}
        type="file"
        accept=".csv"
        hidden
        aria-label={t('campaigns.listFile')}
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file) void take(file);
          target.value = '';
        }}
      />
      <p className={page.muted}>{t('campaigns.listHint')}</p>
      <Button disabled={isDone} loading={taking.isBusy} onClick={() => input.current?.click()}>
        {t('campaigns.takeList')}
      </Button>
    </>
  );
}

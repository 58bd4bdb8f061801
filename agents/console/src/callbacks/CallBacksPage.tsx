/** Who was promised a call: what is due, what is late and why; to be called now, taken back, or promised. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Segmented, Select, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cancelCallBack, dialCallBackNow, readCallBacks, type CallBackRow } from '../api/callBacks';
import { useConfiguration, useNames } from '../session/configuration';
import { dateTime, duration } from '../ui/format';
import { Icon, type IconName } from '../ui/Icon';
import page from '../ui/Page.module.css';
import { Empty, Failed, Loading } from '../ui/Panel';
import { StateTag, type Tone } from '../ui/StateTag';
import table from '../ui/Table.module.css';
import { useCommand } from '../ui/useCommand';
import { usePageTitle } from '../ui/usePageTitle';
import { NewCallBackDialog } from './NewCallBackDialog';

const REFRESH_MS = 3_000;
const LATE_MS = 60_000;
const columns = ['number', 'queue', 'state', 'due', 'late', 'attempts', 'madeBy', 'note'] as const;

const looks: Record<string, [Tone, IconName]> = {
  scheduled: ['idle', 'clock'],
  waiting: ['offered', 'bell'],
  dialling: ['talking', 'voice'],
  answered: ['talking', 'voice'],
  done: ['ready', 'ready'],
  failed: ['breach', 'breach'],
  expired: ['warning', 'warning'],
};

const askCancel = (key: string, id: string) => cancelCallBack(id, key);
const askNow = (key: string, id: string) => dialCallBackNow(id, key);

function Buttons({ row, onChanged }: { row: CallBackRow; onChanged: () => void }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const cancel = useCommand(askCancel);
  const now = useCommand(askNow);
  const ask = () =>
    modal.confirm({
      title: t('callBacks.cancelTitle', { number: row.number }),
      content: t('callBacks.cancelText'),
      okText: t('callBacks.cancel'),
      cancelText: t('action.cancel'),
      onOk: () => cancel.run(row.call_back_id).then(onChanged),
    });
  return (
    <Space size={6}>
      {row.state === 'scheduled' && (
        <Button
          size="small"
          loading={now.isBusy}
          onClick={() => void now.run(row.call_back_id).then(onChanged)}
        >
          {t('callBacks.now')}
        </Button>
      )}
      <Button size="small" danger onClick={ask}>
        {t('callBacks.cancel')}
      </Button>
    </Space>
  );
}

function Row({ row, isEnded, onChanged }: { row: CallBackRow; isEnded: boolean; onChanged: () => void }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const [tone, icon] = looks[row.state] ?? ['idle', 'remove'];
  const due = row.promised_at_ms ?? row.made_at_ms;
  const why = row.why && t([`callBacks.why.${row.why}`, `errors.${row.why}`]);
  return (
    <tr data-call-back={row.call_back_id} data-state={row.state}>
      <td data-main>{row.number || t('callBacks.erased')}</td>
      <td data-clip>{names.queue(row.queue_id)}</td>
      <td>
        <StateTag tone={tone} icon={icon} isPlain>
          {t(`callBacks.state.${row.state}`)}
        </StateTag>
      </td>
      <td>{dateTime(due, i18n.language)}</td>
      <td data-clip title={why}>
        {!isEnded && row.late_ms > LATE_MS
          ? [duration(row.late_ms), why].filter(Boolean).join(' · ')
          : (!isEnded && why) || '–'}
      </td>
      <td data-number>{row.attempts}</td>
      <td>{t(`callBacks.by.${row.made_by}`)}</td>
      <td data-clip data-muted title={row.note}>
        {row.note || '–'}
      </td>
      <td data-number>{!isEnded && <Buttons row={row} onChanged={onChanged} />}</td>
    </tr>
  );
}

function List({
  rows,
  isEnded,
  onChanged,
}: {
  rows: CallBackRow[];
  isEnded: boolean;
  onChanged: () => void;
}) {
  const { t } = useTranslation();
  return (
    <div className={table.wrap} tabIndex={0} role="region" aria-labelledby="call-backs-title">
      <table className={table.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" data-number={column === 'attempts' || undefined}>
                {t(`callBacks.column.${column}`)}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.call_back_id} row={row} isEnded={isEnded} onChanged={onChanged} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

export default function CallBacksPage() {
  const { t } = useTranslation();
  const names = useNames();
  const queries = useQueryClient();
  const { data: configuration } = useConfiguration();
  const [queueId, setQueueId] = useState('');
  const [isEnded, setEnded] = useState(false);
  const [isNew, setNew] = useState(false);
  const key = ['call-backs', queueId, isEnded];
  const asked = useQuery({
    queryKey: key,
    queryFn: () => readCallBacks(queueId, isEnded),
    refetchInterval: REFRESH_MS,
  });
  const reload = () => void queries.invalidateQueries({ queryKey: ['call-backs'] });
  const rows = asked.data?.call_backs ?? [];
  const queues = (configuration?.queues ?? []).map((queue) => ({
    value: queue.queue_id,
    label: names.queue(queue.queue_id),
  }));
  usePageTitle('call-backs');
  return (
    <div className={page.page}>
      <div className={page.body}>
        <section className={page.panel} aria-labelledby="call-backs-title">
          <header className={page.head}>
            <h1 id="call-backs-title">{t('page.call-backs')}</h1>
            <Segmented
              value={isEnded ? 'ended' : 'open'}
              onChange={(value) => setEnded(value === 'ended')}
              options={['open', 'ended'].map((value) => ({ value, label: t(`callBacks.${value}`) }))}
            />
            <Select
              value={queueId}
              onChange={setQueueId}
              style={{ minWidth: 160 }}
              aria-label={t('callBacks.column.queue')}
              options={[{ value: '', label: t('callBacks.allQueues') }, ...queues]}
            />
            <span className={page.grow} />
            <Button type="primary" icon={<Icon name="add" />} onClick={() => setNew(true)}>
              {t('callBacks.add')}
            </Button>
          </header>
          {asked.isPending && <Loading rows={4} />}
          {asked.isError && !asked.data && (
            <Failed error={asked.error} onRetry={() => void asked.refetch()} />
          )}
          {asked.isSuccess && !rows.length && (
            <Empty icon="callback" title={t('callBacks.none')} text={t('callBacks.noneText')} />
          )}
          {rows.length > 0 && <List rows={rows} isEnded={isEnded} onChanged={reload} />}
        </section>
      </div>
      {isNew && (
        <NewCallBackDialog
          queues={queues}
          onClose={() => {
            setNew(false);
            reload();
          }}
        />
      )}
    </div>
  );
}

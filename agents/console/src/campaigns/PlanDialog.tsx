/** A campaign's plan: whom it asks for, when and how often numbers are called, and what agents read. */
import { Checkbox, Form, Input, InputNumber, Segmented, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { addCampaign, changeCampaign, type Campaign, type CampaignPlan, type Result } from '../api/campaigns';
import { useConfiguration, useNames } from '../session/configuration';
import { FormDialog } from '../ui/FormDialog';
import { useCommand } from '../ui/useCommand';
import styles from './Campaigns.module.css';
import { clockOf, minuteOf } from './words';

type Plain = Omit<CampaignPlan, 'from_minute' | 'until_minute' | 'results'>;

interface Fields extends Plain {
  campaign_id: string;
  from: string;
  until: string;
  results: Record<string, Result>;
}

const SCRIPT_MAX = 8000;
const results: Result[] = ['done', 'interested', 'call_again', 'do_not_call'];
const weekdays = [1, 2, 3, 4, 5, 6, 7];
const packs = ['cn', 'ftc'];
/** A Monday. */
const MONDAY = new Date(2024, 0, 1);

const ask = (_key: string, before: Campaign | null, campaignId: string, plan: CampaignPlan) =>
  before ? changeCampaign(before.campaign_id, before.version, plan) : addCampaign(campaignId, plan);

const fresh: Partial<Fields> = {
  mode: 'preview',
  pack_id: 'cn',
  is_agent_first: true,
  from: '09:00',
  until: '20:00',
  weekdays,
  attempts_max: 3,
  gap_minutes: 120,
  per_number_day: 1,
  ring_s: 25,
  results: {},
};

function fieldsOf({ campaign_id, plan }: Campaign): Partial<Fields> {
  const { from_minute, until_minute, ...plain } = plan;
  return { ...plain, campaign_id, from: clockOf(from_minute), until: clockOf(until_minute) };
}

function planOf({ from, until, ...fields }: Fields): CampaignPlan {
  const plain: Plain & { campaign_id?: string; results: Fields['results'] } = fields;
  delete plain.campaign_id;
  return { ...plain, from_minute: minuteOf(from), until_minute: minuteOf(until) };
}

/** What each disposition of the queue means; what is not said means done. */
function Results() {
  const { t } = useTranslation();
  const names = useNames();
  const { data } = useConfiguration();
  const queueId = Form.useWatch<string | undefined>('queue_id');
  const ids = data?.queues.find((one) => one.queue_id === queueId)?.disposition_ids ?? [];
  const options = results.map((value) => ({ value, label: t(`campaigns.result.${value}`) }));
  return ids.map((id) => (
    <Form.Item key={id} name={['results', id]} label={names.disposition(id)} initialValue="done">
      <Select options={options} />
    </Form.Item>
  ));
}

function Times() {
  const { t, i18n } = useTranslation();
  const day = new Intl.DateTimeFormat(i18n.language, { weekday: 'short' });
  const nameOf = (number: number) => day.format(new Date(MONDAY.getTime() + (number - 1) * 86_400_000));
  const clock = (name: 'from' | 'until') => (
    <Form.Item name={name} label={t(`campaigns.field.${name}`)} rules={[{ required: true }]}>
      <Input type="time" step={900} />
    </Form.Item>
  );
  return (
    <>
      <div className={styles.row}>
        {clock('from')}
        {clock('until')}
      </div>
      <Form.Item name="weekdays" label={t('campaigns.field.weekdays')} extra={t('campaigns.field.zoneHint')}>
        <Checkbox.Group options={weekdays.map((value) => ({ value, label: nameOf(value) }))} />
      </Form.Item>
    </>
  );
}

function Caps() {
  const { t } = useTranslation();
  const number = (name: keyof Fields, isNeeded = true) => (
    <Form.Item name={name} label={t(`campaigns.field.${name}`)} rules={[{ required: isNeeded }]}>
      <InputNumber min={1} precision={0} style={{ width: '100%' }} />
    </Form.Item>
  );
  return (
    <>
      <div className={styles.row}>
        {number('attempts_max')}
        {number('gap_minutes')}
        {number('ring_s')}
      </div>
      <div className={styles.row}>
        {number('per_number_day')}
        {number('calls_per_day', false)}
      </div>
    </>
  );
}

interface PlanDialogProps {
  before: Campaign | null;
  onStored: (campaign: Campaign) => void;
  onClose: () => void;
}

export function PlanDialog({ before, onStored, onClose }: PlanDialogProps) {
  const { t } = useTranslation();
  const names = useNames();
  const { data } = useConfiguration();
  const queues = data?.queues.map(({ queue_id, name }) => ({ value: queue_id, label: names.of(name) }));
  const storing = useCommand(ask);
  const submit = async (fields: Fields) => {
    const stored = await storing.run(before, fields.campaign_id, planOf(fields));
    if (stored) onStored(stored);
  };
  const script = (name: 'script_en' | 'script_zh') => (
    <Form.Item name={name} label={t(`campaigns.field.${name}`)}>
      <Input.TextArea autoSize={{ minRows: 3, maxRows: 10 }} maxLength={SCRIPT_MAX} />
    </Form.Item>
  );
  const choice = (name: 'mode' | 'pack_id', values: string[]) => (
    <Form.Item name={name} label={t(`campaigns.field.${name}`)}>
      <Segmented options={values.map((value) => ({ value, label: t(`campaigns.${name}.${value}`) }))} />
    </Form.Item>
  );
  return (
    <FormDialog<Fields>
      title={t(before ? 'campaigns.edit' : 'campaigns.add')}
      okText={t(before ? 'campaigns.store' : 'campaigns.add')}
      width={640}
      isBusy={storing.isBusy}
      initialValues={before ? fieldsOf(before) : fresh}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="name" label={t('campaigns.field.name')} rules={[{ required: true, whitespace: true }]}>
        <Input maxLength={200} autoFocus />
      </Form.Item>
      <Form.Item
        name="campaign_id"
        label={t('campaigns.field.campaign_id')}
        rules={[{ required: true, pattern: /^[a-z0-9_-]{1,64}$/, message: t('campaigns.field.idHint') }]}
      >
        <Input disabled={before !== null} />
      </Form.Item>
      <Form.Item name="queue_id" label={t('campaigns.column.queue')} rules={[{ required: true }]}>
        <Select options={queues} />
      </Form.Item>
      {choice('mode', ['preview', 'progressive'])}
      {choice('pack_id', packs)}
      <Form.Item
        name="shown_number"
        label={t('campaigns.field.shown_number')}
        rules={[{ pattern: /^\+?[0-9]{3,20}$/, message: t('callBacks.numberWrong') }]}
      >
        <Input inputMode="tel" />
      </Form.Item>
      <Form.Item name="is_agent_first" valuePropName="checked">
        <Checkbox>{t('campaigns.field.is_agent_first')}</Checkbox>
      </Form.Item>
      <Times />
      <Caps />
      {script('script_en')}
      {script('script_zh')}
      <h3>{t('campaigns.results')}</h3>
      <Results />
    </FormDialog>
  );
}

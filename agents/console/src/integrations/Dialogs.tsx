import { Form, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import {
  addKey,
  addSubscription,
  FEEDS,
  replayEvents,
  type Feed,
  type NewApiKey,
  type NewSubscription,
  type SubscriptionRow,
} from '../api/integrations';
import { useConfiguration, useNames } from '../session/configuration';
import { FormDialog } from '../ui/FormDialog';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';

interface ReplayFields {
  feed: Feed;
  from: number;
  until: number;
}

interface Props {
  onClose: () => void;
  onMade: (secret: string) => void;
}

const askSubscription = (_key: string, body: NewSubscription) => addSubscription(body);
const askKey = (_key: string, body: NewApiKey) => addKey(body);
const askReplay = (_key: string, id: string, { feed, from, until }: ReplayFields) =>
  replayEvents(id, feed, from, until);

function useChoices() {
  const names = useNames();
  const { data } = useConfiguration();
  return {
    queues: (data?.queues ?? []).map((row) => ({ value: row.queue_id, label: names.of(row.name) })),
    teams: (data?.teams ?? []).map((row) => ({ value: row.team_id, label: names.of(row.name) })),
  };
}

function useRequired() {
  const { t } = useTranslation();
  return [{ required: true, message: t('integrations.required') }];
}

export function NewSubscriptionDialog({ onClose, onMade, kinds }: Props & { kinds: string[] }) {
  const { t } = useTranslation();
  const { queues } = useChoices();
  const required = useRequired();
  const { run, isBusy } = useCommand(askSubscription);
  const submit = async (fields: NewSubscription) => {
    const made = await run(fields);
    if (made) onMade(made.secret);
  };
  return (
    <FormDialog
      title={t('integrations.add')}
      okText={t('integrations.add')}
      isBusy={isBusy}
      initialValues={{ kinds: [], queue_ids: [] }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="name" label={t('integrations.name')} rules={required}>
        <Input maxLength={80} />
      </Form.Item>
      <Form.Item name="url" label={t('integrations.url')} rules={required}>
        <Input maxLength={1000} placeholder="https://" />
      </Form.Item>
      <Form.Item name="kinds" label={t('integrations.kinds')}>
        <Select
          mode="multiple"
          allowClear
          placeholder={t('integrations.all')}
          options={kinds.map((value) => ({ value, label: value }))}
        />
      </Form.Item>
      <Form.Item name="queue_ids" label={t('integrations.queues')}>
        <Select mode="multiple" allowClear placeholder={t('integrations.all')} options={queues} />
      </Form.Item>
    </FormDialog>
  );
}

export function NewKeyDialog({ onClose, onMade }: Props) {
  const { t } = useTranslation();
  const { queues, teams } = useChoices();
  const required = useRequired();
  const { run, isBusy } = useCommand(askKey);
  const submit = async (fields: NewApiKey) => {
    const made = await run(fields);
    if (made) onMade(made.token);
  };
  return (
    <FormDialog
      title={t('integrations.addKey')}
      okText={t('integrations.addKey')}
      isBusy={isBusy}
      initialValues={{ role: 'reader', team_ids: [] }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="name" label={t('integrations.name')} rules={required}>
        <Input maxLength={80} />
      </Form.Item>
      <Form.Item name="role" label={t('integrations.role')} rules={required}>
        <Select
          options={['reader', 'coordinator'].map((value) => ({ value, label: t(`integrations.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="queue_ids" label={t('integrations.queues')} rules={required}>
        <Select mode="multiple" options={queues} />
      </Form.Item>
      <Form.Item name="team_ids" label={t('integrations.teams')}>
        <Select mode="multiple" allowClear options={teams} />
      </Form.Item>
    </FormDialog>
  );
}

interface ReplayProps {
  of: SubscriptionRow;
  /** The newest number of each feed. */
  newest: Record<Feed, number>;
  onClose: () => void;
}

/** The numbers are those of the feed that is chosen. */
function ReplayFieldsOf({ newest }: Pick<ReplayProps, 'newest'>) {
  const { t } = useTranslation();
  const required = useRequired();
  const form = Form.useFormInstance<ReplayFields>();
  const feed = Form.useWatch<Feed | undefined>('feed', form) ?? 'journal';
  return (
    <>
      <Form.Item name="feed" label={t('integrations.feed')}>
        <Select
          options={FEEDS.map((value) => ({ value, label: t(`integrations.feeds.${value}`) }))}
          onChange={(chosen: Feed) => form.setFieldValue('until', newest[chosen])}
        />
      </Form.Item>
      {['from', 'until'].map((name) => (
        <Form.Item key={name} name={name} label={t(`integrations.${name}`)} rules={required}>
          <InputNumber min={1} max={Math.max(1, newest[feed])} precision={0} />
        </Form.Item>
      ))}
    </>
  );
}

export function ReplayDialog({ of, newest, onClose }: ReplayProps) {
  const { t } = useTranslation();
  const { run, isBusy } = useCommand(askReplay);
  const submit = async (fields: ReplayFields) => {
    if (!(await run(of.subscription_id, fields))) return;
    toast(t('integrations.replayed'));
    onClose();
  };
  return (
    <FormDialog
      title={t('integrations.replayTitle', { name: of.name })}
      okText={t('integrations.replay')}
      isBusy={isBusy}
      initialValues={{ feed: 'journal', until: newest.journal }}
      onSubmit={submit}
      onClose={onClose}
    >
      <ReplayFieldsOf newest={newest} />
    </FormDialog>
  );
}

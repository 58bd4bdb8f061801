import { AutoComplete, Form, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { readUserChanges } from '../api/adminCalls';
import { changeUser } from '../api/calls';
import type { Role, UserChange, UserRow } from '../api/types';
import { languages } from '../i18n';
import { useConfiguration, useNames } from '../session/configuration';
import { useUser } from '../session/session';
import { SkillLevels } from '../supervisor/SkillLevels';
import { FormDialog } from '../ui/FormDialog';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import { CapacityField } from './CapacityField';
import { Changes } from './Changes';
import styles from './NewUserDialog.module.css';

const roles: Role[] = ['agent', 'supervisor', 'admin'];
const CAPACITY_MAX = 50;

const askChange = (key: string, userId: string, change: UserChange) => changeUser(userId, change, key);

/** What the form edits of a person; the log-in name never changes. */
const fieldsOf = (user: UserRow) => ({
  display_name: user.display_name,
  role: user.role,
  team_id: user.team_id,
  queue_ids: user.queue_ids,
  primary_queue_id: user.primary_queue_id,
  watched_team_ids: user.watched_team_ids,
  language: user.language,
  chat_capacity: user.chat_capacity,
  capacity: user.capacity,
  skills: user.skills,
  site: user.site,
  phone: user.phone ?? '',
});
type Fields = ReturnType<typeof fieldsOf>;

function useOptions() {
  const names = useNames();
  const { data } = useConfiguration();
  return {
    teams: (data?.teams ?? []).map((row) => ({ value: row.team_id, label: names.of(row.name) })),
    queues: (data?.queues ?? []).map((row) => ({ value: row.queue_id, label: names.of(row.name) })),
    sites: (data?.sites ?? []).map((row) => ({ value: row.site_id, label: names.of(row.name) })),
  };
}

function WorkFields() {
  const { t } = useTranslation();
  const { queues, sites } = useOptions();
  return (
    <>
      <Form.Item name="primary_queue_id" label={t('users.primaryQueue')}>
        <Select allowClear options={queues} />
      </Form.Item>
      <Form.Item name="site" label={t('users.site')}>
        <Select allowClear options={sites} />
      </Form.Item>
      <Form.Item name="chat_capacity" label={t('users.column.capacity')}>
        <InputNumber min={0} max={CAPACITY_MAX} precision={0} style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name="capacity" label={t('users.allChannels')} className={styles.whole}>
        <CapacityField />
      </Form.Item>
      <Form.Item name="skills" label={t('supervise.skills')} className={styles.whole}>
        <SkillLevels />
      </Form.Item>
    </>
  );
}

/** Of everybody: a supervisor's rings to listen to calls. */
function PhoneField() {
  const { t } = useTranslation();
  return (
    <Form.Item name="phone" label={t('users.phone')} extra={t('users.phoneHint')}>
      <AutoComplete maxLength={64} options={[{ value: 'browser', label: t('users.phoneInBrowser') }]} />
    </Form.Item>
  );
}

function PersonFields({ isSelf }: { isSelf: boolean }) {
  const { t } = useTranslation();
  const { teams, queues } = useOptions();
  const required = [{ required: true, message: t('users.required') }];
  return (
    <>
      <Form.Item name="display_name" label={t('users.column.name')} rules={required}>
        <Input maxLength={80} autoFocus />
      </Form.Item>
      <Form.Item name="role" label={t('users.column.role')} rules={required}>
        <Select disabled={isSelf} options={roles.map((value) => ({ value, label: t(`role.${value}`) }))} />
      </Form.Item>
      <Form.Item name="team_id" label={t('users.column.team')} rules={required}>
        <Select options={teams} />
      </Form.Item>
      <Form.Item name="language" label={t('shell.language')} rules={required}>
        <Select options={languages.map((value) => ({ value, label: t(`language.${value}`) }))} />
      </Form.Item>
      <Form.Item name="queue_ids" label={t('users.column.queues')} className={styles.whole}>
        <Select mode="multiple" options={queues} showSearch={{ optionFilterProp: 'label' }} />
      </Form.Item>
      <Form.Item name="watched_team_ids" label={t('users.watchedTeams')} className={styles.whole}>
        <Select mode="multiple" options={teams} showSearch={{ optionFilterProp: 'label' }} />
      </Form.Item>
    </>
  );
}

interface UserDialogProps {
  user: UserRow;
  onClose: () => void;
  onChanged: () => void;
}

/** Everything about a person but the log-in. A change names the version it started from. */
export function UserDialog({ user, onClose, onChanged }: UserDialogProps) {
  const { t } = useTranslation();
  const { user_id } = useUser();
  const [form] = Form.useForm<Partial<Fields>>();
  const role = Form.useWatch((fields: Partial<Fields>) => fields.role ?? user.role, form);
  const { run, isBusy } = useCommand(askChange);
  const submit = async (fields: Partial<Fields>) => {
    const change = Object.fromEntries(
      Object.entries({ ...fieldsOf(user), ...fields }).map(([name, value]) => [name, value ?? null]),
    ) as UserChange;
    const stored = await run(user.user_id, { ...change, based_on: user.version });
    onChanged();
    if (!stored) return;
    toast(t('users.changed', { name: fields.display_name ?? user.display_name }));
    onClose();
  };
  return (
    <FormDialog<Partial<Fields>>
      form={form}
      width={720}
      title={t('users.edit', { name: user.display_name })}
      okText={t('users.save')}
      isBusy={isBusy}
      initialValues={fieldsOf(user)}
      onSubmit={submit}
      onClose={onClose}
    >
      <div className={styles.fields}>
        <PersonFields isSelf={user.user_id === user_id} />
        <PhoneField />
        {role === 'agent' && <WorkFields />}
        <Changes of={['userChanges', user.user_id]} read={() => readUserChanges(user.user_id)} />
      </div>
    </FormDialog>
  );
}

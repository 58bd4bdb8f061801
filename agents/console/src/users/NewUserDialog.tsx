import { Form, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { addUser } from '../api/calls';
import type { NewUser, Role } from '../api/types';
import { languages } from '../i18n';
import { useConfiguration, useNames } from '../session/configuration';
import { SkillLevels } from '../supervisor/SkillLevels';
import { FormDialog } from '../ui/FormDialog';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import styles from './NewUserDialog.module.css';
import { newPassword } from './password';
import { PasswordField } from './PasswordField';

const roles: Role[] = ['agent', 'supervisor', 'admin'];
const CAPACITY_DEFAULT = 3;
const CAPACITY_MAX = 20;
const USERNAME = /^[a-z0-9._-]{2,32}$/;

const askAdd = (key: string, user: NewUser) => addUser(user, key);

function useAddUser(onAdded: () => void, onClose: () => void) {
  const { t } = useTranslation();
  const { run, isBusy } = useCommand(askAdd);
  const submit = async (fields: NewUser) => {
    if (!(await run({ ...fields, display_name: fields.display_name.trim() }))) return;
    toast(t('users.added', { name: fields.display_name }));
    onAdded();
    onClose();
  };
  return { submit, isBusy };
}

function Fields() {
  const { t } = useTranslation();
  const names = useNames();
  const { data } = useConfiguration();
  const required = [{ required: true, message: t('users.required') }];
  const teams = (data?.teams ?? []).map((row) => ({ value: row.team_id, label: names.of(row.name) }));
  const queues = (data?.queues ?? []).map((row) => ({ value: row.queue_id, label: names.of(row.name) }));
  return (
    <div className={styles.fields}>
      <Form.Item name="display_name" label={t('users.column.name')} rules={required}>
        <Input maxLength={80} autoFocus />
      </Form.Item>
      <Form.Item
        name="username"
        label={t('users.column.username')}
        rules={[...required, { pattern: USERNAME, message: t('users.usernameRule') }]}
      >
        <Input maxLength={32} autoComplete="off" autoCapitalize="none" spellCheck={false} />
      </Form.Item>
      <Form.Item name="role" label={t('users.column.role')} rules={required}>
        <Select options={roles.map((value) => ({ value, label: t(`role.${value}`) }))} />
      </Form.Item>
      <Form.Item name="team_id" label={t('users.column.team')} rules={required}>
        <Select options={teams} />
      </Form.Item>
      <Form.Item name="queue_ids" label={t('users.column.queues')} className={styles.whole}>
        <Select mode="multiple" options={queues} showSearch={{ optionFilterProp: 'label' }} />
      </Form.Item>
      <Form.Item name="skills" label={t('supervise.skills')} className={styles.whole}>
        <SkillLevels />
      </Form.Item>
      <Form.Item name="chat_capacity" label={t('users.column.capacity')} rules={required}>
        <InputNumber min={0} max={CAPACITY_MAX} precision={0} style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name="language" label={t('shell.language')} rules={required}>
        <Select options={languages.map((value) => ({ value, label: t(`language.${value}`) }))} />
      </Form.Item>
      <div className={styles.whole}>
        <PasswordField />
      </div>
    </div>
  );
}

export function NewUserDialog({ onClose, onAdded }: { onClose: () => void; onAdded: () => void }) {
  const { t, i18n } = useTranslation();
  const { submit, isBusy } = useAddUser(onAdded, onClose);
  const { data } = useConfiguration();
  const initial: Partial<NewUser> = {
    role: 'agent',
    team_id: data?.teams[0]?.team_id,
    queue_ids: [],
    skills: {},
    chat_capacity: CAPACITY_DEFAULT,
    language: i18n.language,
    password: newPassword(),
  };
  return (
    <FormDialog<NewUser>
      width={640}
      title={t('users.add')}
      okText={t('users.add')}
      isBusy={isBusy}
      initialValues={initial}
      onSubmit={submit}
      onClose={onClose}
    >
      <Fields />
    </FormDialog>
  );
}

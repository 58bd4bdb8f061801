/** What is known of a customer, to be changed. What somebody else stored meanwhile is told, and what was typed stays. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Checkbox, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { putProfile, readProfile, type Profile, type PutProfile } from '../api/customers';
import { findCustomer, readAgents } from '../api/history';
import { FormDialog } from '../ui/FormDialog';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import { changedFields, fieldsOf, wantedOf, type ProfileFields } from './profileFields';
import styles from './Customers.module.css';
import { profileKey } from './useProfile';

const ADDRESS_MAX = 200;
const WORD = /^[a-z0-9][a-z0-9_-]{0,31}$/;
const LANGUAGE = /^[a-z]{2}(-[A-Za-z]{2,4})?$/;

type Outcome =
  | { kind: 'stored'; profile: Profile }
  | { kind: 'changed'; found: Profile | null }
  | { kind: 'other_customer' };

/**
 * A profile has no version, and storing one replaces all of it: so it is read once more first, and nothing is stored
 * over what the person has not seen.
 */
async function store(
  _key: string,
  customerKey: string,
  seen: Profile | null,
  wanted: PutProfile,
): Promise<Outcome> {
  const { customer_key } = await findCustomer(wanted.address);
  if (customer_key !== customerKey) return { kind: 'other_customer' };
  const found = await readProfile(customerKey);
  if (changedFields(seen, found).length) return { kind: 'changed', found };
  return { kind: 'stored', profile: (await putProfile(wanted)).profile };
}

function WhoFields({ isKnown }: { isKnown: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item
        name="address"
        label={t('customers.field.address')}
        className={styles.whole}
        rules={[{ required: true, whitespace: true, message: t('customers.addressNeeded') }]}
        {...(!isKnown && { extra: t('customers.addressHint') })}
      >
        <Input maxLength={ADDRESS_MAX} readOnly={isKnown} autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="email"
        label={t('customers.field.email')}
        className={styles.whole}
        extra={t('customers.emailHint')}
        rules={[{ type: 'email', message: t('customers.emailWrong') }]}
      >
        <Input maxLength={ADDRESS_MAX} autoFocus inputMode="email" autoComplete="off" spellCheck={false} />
      </Form.Item>
    </>
  );
}

function WhatFields() {
  const { t } = useTranslation();
  const agents = useQuery({ queryKey: ['agents'], queryFn: readAgents });
  const options = (agents.data?.agents ?? []).map((one) => ({
    value: one.agent_id,
    label: one.display_name,
  }));
  const word = { pattern: WORD, message: t('customers.wordHint') };
  return (
    <>
      <Form.Item name="tier" label={t('customers.field.tier')} rules={[word]}>
        <Input maxLength={32} autoComplete="off" spellCheck={false} />
      </Form.Item>
      <Form.Item name="region" label={t('customers.field.region')} rules={[word]}>
        <Input maxLength={32} autoComplete="off" spellCheck={false} />
      </Form.Item>
      <Form.Item
        name="language"
        label={t('customers.field.language')}
        rules={[{ pattern: LANGUAGE, message: t('customers.languageHint') }]}
      >
        <Input maxLength={7} placeholder={t('customers.languageHint')} autoComplete="off" />
      </Form.Item>
      <Form.Item name="owner_agent_id" label={t('customers.field.owner_agent_id')}>
        <Select allowClear showSearch={{ optionFilterProp: 'label' }} options={options} />
      </Form.Item>
      <Form.Item name="has_open_complaint" valuePropName="checked" className={styles.whole}>
        <Checkbox>{t('customers.field.has_open_complaint')}</Checkbox>
      </Form.Item>
    </>
  );
}

/** What is told above the form while nothing could be stored. */
function useTold() {
  const { t } = useTranslation();
  const [told, tell] = useState('');
  const tellChange = (seen: Profile | null, found: Profile | null) => {
    const fields = changedFields(seen, found).map((name) => {
      const value = found?.[name];
      const shown = typeof value === 'boolean' ? t(value ? 'customers.yes' : 'customers.no') : (value ?? '–');
      return t('customers.nowIs', { field: t(`customers.field.${name}`), value: shown });
    });
    tell(found ? t('customers.changed', { fields: fields.join(t('list.separator')) }) : t('customers.gone'));
  };
  return { told, tell, tellChange };
}

interface ProfileDialogProps {
  customerKey: string;
  /** What the page shows; null where nothing is known yet. */
  opened: Profile | null;
  /** What was typed to find the customer. */
  typedAddress: string;
  onClose: () => void;
}

export function ProfileDialog({ customerKey, opened, typedAddress, onClose }: ProfileDialogProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [isKnown] = useState(opened !== null);
  const [seen, setSeen] = useState(opened);
  const { told, tell, tellChange } = useTold();
  const storing = useCommand(store, tell);
  const submit = async (fields: ProfileFields) => {
    tell('');
    const outcome = await storing.run(customerKey, seen, wantedOf(fields));
    if (!outcome) return;
    if (outcome.kind === 'other_customer') {
      tell(t('customers.otherCustomer'));
      return;
    }
    if (outcome.kind === 'changed') {
      tellChange(seen, outcome.found);
      setSeen(outcome.found);
      return;
    }
    queries.setQueryData(profileKey(customerKey), outcome.profile);
    toast(t('customers.saved'), 'info');
    onClose();
  };
  return (
    <FormDialog<ProfileFields>
      width={560}
      title={t(isKnown ? 'customers.edit' : 'customers.add')}
      okText={t('customers.save')}
      isBusy={storing.isBusy}
      initialValues={fieldsOf(opened, typedAddress)}
      onSubmit={submit}
      onClose={onClose}
    >
      {told && <Alert type="warning" showIcon title={told} role="alert" style={{ marginBottom: 16 }} />}
      <div className={styles.fields}>
        <WhoFields isKnown={isKnown} />
        <WhatFields />
      </div>
    </FormDialog>
  );
}

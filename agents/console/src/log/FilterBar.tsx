import { useQuery } from '@tanstack/react-query';
import { Button, Input, Select } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { findCustomer, readAgents } from '../api/history';
import { useConfiguration, useNames } from '../session/configuration';
import { useUser } from '../session/session';
import { Icon } from '../ui/Icon';
import { toast } from '../ui/toasts';
import { useErrorText } from '../ui/useErrorText';
import { channels, outcomes, type FilterName, type Wanted } from './filter';
import styles from './Log.module.css';

interface FilterProps {
  wanted: Wanted;
  onChange: (change: Wanted) => void;
}

interface Choice {
  value: string;
  label: string;
}

interface ChooseProps extends FilterProps {
  name: FilterName;
  label: string;
  choices: Choice[];
}

function Choose({ name, label, choices, wanted, onChange }: ChooseProps) {
  return (
    <Select
      className={styles.choose}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      aria-label={label}
      placeholder={label}
      value={wanted[name]}
      onChange={(value?: string) => onChange({ [name]: value })}
      options={choices}
    />
  );
}

/** Asked when it is sent, not with every letter: each question to the log is on record. */
function Words({ wanted, onChange }: FilterProps) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<string>();
  const text = draft ?? wanted.text ?? '';
  const send = (words: string | undefined) => {
    setDraft(undefined);
    onChange({ text: words });
  };
  return (
    <form
      role="search"
      className={styles.words}
      onSubmit={(event) => {
        event.preventDefault();
        send(text.trim() || undefined);
      }}
    >
      <Input
        allowClear
        maxLength={200}
        prefix={<Icon name="search" />}
        placeholder={t('log.words')}
        aria-label={t('log.words')}
        value={text}
        onChange={(event) => setDraft(event.target.value)}
        onClear={() => send(undefined)}
      />
      <Button htmlType="submit">{t('log.search')}</Button>
    </form>
  );
}

/** An address is asked for in a body and becomes a key: it stands in no link and no record. */
function Customer({ wanted, onChange }: FilterProps) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [address, setAddress] = useState('');
  if (wanted.customer)
    return (
      <Button icon={<Icon name="remove" />} onClick={() => onChange({ customer: undefined })}>
        {t('log.oneCustomer')}
      </Button>
    );
  const find = async () => {
    if (!address.trim()) return;
    try {
      const { customer_key } = await findCustomer(address.trim());
      setAddress('');
      onChange({ customer: customer_key });
    } catch (error) {
      toast(errorText(error), 'error');
    }
  };
  return (
    <form
      className={styles.customerForm}
      onSubmit={(event) => {
        event.preventDefault();
        void find();
      }}
    >
      <Input
        autoComplete="off"
        maxLength={200}
        prefix={<Icon name="person" />}
        placeholder={t('log.address')}
        aria-label={t('log.address')}
        value={address}
        onChange={(event) => setAddress(event.target.value)}
      />
    </form>
  );
}

function Day({ name, wanted, onChange }: FilterProps & { name: 'from' | 'until' }) {
  const { t } = useTranslation();
  return (
    <label className={styles.day}>
      <span>{t(`log.${name}`)}</span>
      <Input
        type="date"
        value={wanted[name] ?? ''}
        onChange={(event) => onChange({ [name]: event.target.value || undefined })}
      />
    </label>
  );
}

function useChoices(): Record<'channel' | 'queue' | 'agent' | 'outcome' | 'disposition', Choice[]> {
  const { t } = useTranslation();
  const names = useNames();
  const { role } = useUser();
  const { data } = useConfiguration();
  const agents = useQuery({ queryKey: ['agents'], queryFn: readAgents, enabled: role !== 'agent' });
  return {
    channel: channels.map((value) => ({ value, label: t(`channel.${value}`) })),
    queue: (data?.queues ?? []).map((one) => ({ value: one.queue_id, label: names.of(one.name) })),
    agent: (agents.data?.agents ?? []).map((one) => ({ value: one.agent_id, label: one.display_name })),
    outcome: outcomes.map((value) => ({ value, label: t(`outcome.${value}`) })),
    disposition: (data?.dispositions ?? []).map((one) => ({
      value: one.disposition_id,
      label: names.of(one.name),
    })),
  };
}

export function FilterBar({ wanted, onChange, children }: FilterProps & { children?: ReactNode }) {
  const { t } = useTranslation();
  const choices = useChoices();
  const bar = { wanted, onChange };
  return (
    <div className={styles.filters}>
      <Words {...bar} />
      <Customer {...bar} />
      <Day name="from" {...bar} />
      <Day name="until" {...bar} />
      <Choose name="channel" label={t('board.channel')} choices={choices.channel} {...bar} />
      <Choose name="queue" label={t('board.queue')} choices={choices.queue} {...bar} />
      {choices.agent.length > 0 && (
        <Choose name="agent" label={t('board.agent')} choices={choices.agent} {...bar} />
      )}
      <Choose name="outcome" label={t('log.column.outcome')} choices={choices.outcome} {...bar} />
      <Choose name="disposition" label={t('log.column.disposition')} choices={choices.disposition} {...bar} />
      {children}
    </div>
  );
}

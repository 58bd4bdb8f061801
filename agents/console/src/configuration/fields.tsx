import { Input, InputNumber, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNames } from '../session/configuration';
import styles from './Configuration.module.css';
import type { Entry } from './parts';

interface FieldProps<T> {
  label: string;
  value: T;
  onChange: (value: T) => void;
}

export function NumberField({
  label,
  value,
  onChange,
  unit,
  min = 0,
  precision = 0,
}: FieldProps<number | undefined> & { unit?: string; min?: number; precision?: number }) {
  return (
    <label>
      <span>{label}</span>
      <InputNumber
        style={{ width: '100%' }}
        aria-label={label}
        min={min}
        precision={precision}
        suffix={unit}
        value={value}
        onChange={(next) => onChange(next ?? undefined)}
      />
    </label>
  );
}

export function TextField({ label, value, onChange }: FieldProps<string>) {
  return (
    <label>
      <span>{label}</span>
      <Input
        aria-label={label}
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}

export function SwitchField({ label, value, onChange }: FieldProps<boolean>) {
  return (
    <label>
      <span>{label}</span>
      <span>
        <Switch size="small" aria-label={label} checked={value} onChange={onChange} />
      </span>
    </label>
  );
}

interface ChoiceFieldProps extends FieldProps<string | null> {
  options: { value: string; label: string }[];
  /** What no choice means; without it something is always chosen. */
  none?: string;
}

export function ChoiceField({ label, value, onChange, options, none }: ChoiceFieldProps) {
  return (
    <label>
      <span>{label}</span>
      <Select
        aria-label={label}
        value={value ?? ''}
        onChange={(next) => onChange(next === '' ? null : next)}
        options={none === undefined ? options : [{ value: '', label: none }, ...options]}
      />
    </label>
  );
}

export function ManyField({
  label,
  value,
  onChange,
  options,
}: FieldProps<string[]> & { options: { value: string; label: string }[] }) {
  return (
    <label className={styles.whole}>
      <span>{label}</span>
      <Select
        mode="multiple"
        aria-label={label}
        value={value}
        onChange={onChange}
        showSearch={{ optionFilterProp: 'label' }}
        options={options}
      />
    </label>
  );
}

/** Id and name in both languages. */
export function NameFields({ entry, put }: { entry: Entry; put: (change: Partial<Entry>) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <TextField label={t('config.column.id')} value={entry.id} onChange={(id) => put({ id })} />
      {(['en', 'zh'] as const).map((tongue) => (
        <TextField
          key={tongue}
          label={t(`config.column.${tongue}`)}
          value={entry.name[tongue]}
          onChange={(text) => put({ name: { ...entry.name, [tongue]: text } })}
        />
      ))}
    </>
  );
}

/** What an entry is called in the reader's language. */
export function useEntryName(): (entry: Entry) => string {
  const names = useNames();
  return (entry) => names.of(entry.name) || entry.id;
}

/** Entries of the draft as choices, in the reader's language: what was just added can be chosen at once. */
export function useOptions(entries: unknown): { value: string; label: string }[] {
  const names = useNames();
  const list = Array.isArray(entries) ? (entries as (Partial<Entry> & { id: string })[]) : [];
  return list.map(({ id, name }) => ({ value: id, label: (name && names.of(name)) || id }));
}

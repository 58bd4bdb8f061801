import { Button, Select } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../ui/Icon';
import styles from './Configuration.module.css';
import { removed, replaced } from './parts';

interface ChoiceProps<T> {
  value: T[];
  onChange: (entries: T[]) => void;
  fresh: () => T;
  label: string;
  labelOf: (entry: T) => string;
  children: (entry: T, put: (change: Partial<T>) => void, index: number) => ReactNode;
}

/** Entries too large for a table: one is chosen and edited. */
export function Choice<T>({ value, onChange, fresh, label, labelOf, children }: ChoiceProps<T>) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(0);
  const index = Math.min(chosen, value.length - 1);
  const entry = value[index];
  return (
    <>
      <div className={styles.row} style={{ marginBottom: 16 }}>
        <Select
          style={{ minWidth: 260 }}
          showSearch={{ optionFilterProp: 'label' }}
          aria-label={label}
          value={entry ? index : null}
          onChange={(next) => setChosen(next)}
          options={value.map((one, at) => ({ value: at, label: labelOf(one) }))}
        />
        <Button
          icon={<Icon name="add" />}
          onClick={() => {
            onChange([...value, fresh()]);
            setChosen(value.length);
          }}
        >
          {t('config.addEntry')}
        </Button>
        {entry && (
          <Button onClick={() => onChange(removed(value, index))}>
            {t('config.removeEntry', { id: labelOf(entry) })}
          </Button>
        )}
      </div>
      {entry && children(entry, (change) => onChange(replaced(value, index, { ...entry, ...change })), index)}
    </>
  );
}

import { Button, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Icon } from '../ui/Icon';
import styles from './Configuration.module.css';

interface LevelsFieldProps {
  label: string;
  value: Record<string, number>;
  onChange: (value: Record<string, number>) => void;
  options: { value: string; label: string }[];
}

const LEVEL_NEW = 1;

/** Skills asked for, each with the lowest level that will do. */
export function LevelsField({ label, value, onChange, options }: LevelsFieldProps) {
  const { t } = useTranslation();
  const nameOf = (id: string) => options.find((one) => one.value === id)?.label ?? id;
  const without = (id: string) => Object.fromEntries(Object.entries(value).filter(([key]) => key !== id));
  return (
    <div className={`${styles.field} ${styles.whole}`}>
      <span>{label}</span>
      <div className={styles.row}>
        {Object.entries(value).map(([id, level]) => (
          <span key={id} className={styles.row}>
            {nameOf(id)}
            <InputNumber
              size="small"
              min={1}
              max={10}
              precision={0}
              style={{ width: 64 }}
              aria-label={t('supervise.levelOf', { skill: nameOf(id) })}
              value={level}
              onChange={(next) => onChange({ ...value, [id]: next ?? level })}
            />
            <Button
              size="small"
              type="text"
              icon={<Icon name="remove" />}
              aria-label={t('supervise.removeSkill', { skill: nameOf(id) })}
              onClick={() => onChange(without(id))}
            />
          </span>
        ))}
        <Select
          size="small"
          style={{ minWidth: 140 }}
          aria-label={`${label}: ${t('supervise.addSkill')}`}
          placeholder={t('supervise.addSkill')}
          value={null}
          onChange={(id: string | null) => id && onChange({ ...value, [id]: LEVEL_NEW })}
          options={options.filter((one) => !(one.value in value))}
        />
      </div>
    </div>
  );
}

import { InputNumber, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { channels, type UserRow } from '../api/types';
import styles from './NewUserDialog.module.css';

type Capacity = UserRow['capacity'];

const CAPACITY_MAX = 50;

interface CapacityFieldProps {
  value?: Capacity;
  onChange?: (value: Capacity) => void;
}

/** Contacts at once, per channel and in total; without it the person takes chats alone. */
export function CapacityField({ value = null, onChange }: CapacityFieldProps) {
  const { t } = useTranslation();
  const put = (channel: string, number: number | null) => {
    if (!value) return;
    const rest = Object.fromEntries(Object.entries(value.per_channel).filter(([name]) => name !== channel));
    onChange?.({ ...value, per_channel: number ? { ...rest, [channel]: number } : rest });
  };
  return (
    <div className={styles.capacity}>
      <Switch
        size="small"
        aria-label={t('users.allChannels')}
        checked={value !== null}
        onChange={(isOn) => onChange?.(isOn ? { total: 3, per_channel: { chat: 3 }, weights: {} } : null)}
      />
      {value && (
        <>
          <label>
            {t('users.total')}
            <InputNumber
              size="small"
              min={0}
              max={CAPACITY_MAX}
              precision={0}
              value={value.total}
              onChange={(total) => onChange?.({ ...value, total: total ?? 0 })}
            />
          </label>
          {channels.map((channel) => (
            <label key={channel}>
              {t(`channel.${channel}`)}
              <InputNumber
                size="small"
                min={0}
                max={CAPACITY_MAX}
                precision={0}
                value={value.per_channel[channel] ?? 0}
                onChange={(number) => put(channel, number)}
              />
            </label>
          ))}
        </>
      )}
    </div>
  );
}

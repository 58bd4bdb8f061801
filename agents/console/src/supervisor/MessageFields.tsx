import { Input } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Said } from '../api/adminCalls';
import styles from './Supervise.module.css';

const LENGTH_MAX = 500;

export const noMessage: Said = { en: '', zh: '' };
export const isWhole = (said: Said): boolean => said.en.trim() !== '' && said.zh.trim() !== '';

/** What customers are told, in both languages: every customer reads or hears one of them. */
export function MessageFields({ said, onChange }: { said: Said; onChange: (said: Said) => void }) {
  const { t } = useTranslation();
  return (
    <div className={styles.form}>
      {(['en', 'zh'] as const).map((tongue) => (
        <label key={tongue}>
          {t(`supervise.message.${tongue}`)}
          <Input.TextArea
            autoSize={{ minRows: 2, maxRows: 5 }}
            maxLength={LENGTH_MAX}
            lang={tongue}
            value={said[tongue]}
            onChange={(event) => onChange({ ...said, [tongue]: event.target.value })}
          />
        </label>
      ))}
    </div>
  );
}

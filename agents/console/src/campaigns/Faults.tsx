/** Rows of a file that were not taken: each with its line, and why. */
import { useTranslation } from 'react-i18next';
import type { ListFault } from '../api/campaigns';
import styles from './Campaigns.module.css';

const SHOWN_AT_ONCE = 10;

export function Faults({ faults }: { faults: ListFault[] }) {
  const { t } = useTranslation();
  if (!faults.length) return null;
  const count = t('campaigns.faults', { count: faults.length });
  return (
    <details open={faults.length <= SHOWN_AT_ONCE}>
      <summary>{count}</summary>
      <ul className={styles.faults} tabIndex={0} aria-label={count}>
        {faults.map(({ line, code }) => (
          <li key={`${line} ${code}`}>
            {t('campaigns.fault', { line, why: t(`campaigns.faultOf.${code}`, { defaultValue: code }) })}
          </li>
        ))}
      </ul>
    </details>
  );
}

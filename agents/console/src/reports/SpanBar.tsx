import { Input, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import styles from './Reports.module.css';
import { spanNames, type SpanName, type Wanted } from './span';

interface SpanBarProps {
  wanted: Wanted;
  onSpan: (span: SpanName) => void;
  onDays: (from: string, until: string) => void;
}

/** A span by its name, or days of one's own choice: whoever changes a day has chosen. */
export function SpanBar({ wanted, onSpan, onDays }: SpanBarProps) {
  const { t } = useTranslation();
  const { span, from, until } = wanted;
  return (
    <>
      <Segmented
        aria-label={t('reports.span')}
        value={span}
        onChange={onSpan}
        options={spanNames
          .filter((name) => name !== 'days' || span === 'days')
          .map((value) => ({ value, label: t(`reports.of.${value}`) }))}
      />
      <label className={styles.days}>
        <span>{t('log.from')}</span>
        <Input type="date" value={from} onChange={(event) => onDays(event.target.value, until)} />
      </label>
      <label className={styles.days}>
        <span>{t('log.until')}</span>
        <Input type="date" value={until} onChange={(event) => onDays(from, event.target.value)} />
      </label>
    </>
  );
}

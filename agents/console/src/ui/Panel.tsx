/** The four states every panel can be in besides having something to show. */
import { Button, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon, type IconName } from './Icon';
import styles from './Panel.module.css';
import { useErrorText } from './useErrorText';

export function Loading({ rows = 4 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div className={styles.loading} role="status" aria-label={t('panel.loading')}>
      <Skeleton active={false} title={false} paragraph={{ rows }} />
    </div>
  );
}

interface EmptyProps {
  icon: IconName;
  title: string;
  text: string;
  children?: ReactNode;
}

export function Empty({ icon, title, text, children }: EmptyProps) {
  return (
    <div className={styles.message}>
      <span className={styles.mark}>
        <Icon name={icon} size={22} />
      </span>
      <h3>{title}</h3>
      <p>{text}</p>
      {children}
    </div>
  );
}

export function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  return (
    <div className={styles.message} role="alert">
      <span className={`${styles.mark} ${styles.warning}`}>
        <Icon name="warning" size={22} />
      </span>
      <h3>{t('panel.failed')}</h3>
      <p>{errorText(error)}</p>
      <Button icon={<Icon name="retry" />} onClick={onRetry}>
        {t('panel.retry')}
      </Button>
    </div>
  );
}

export function Unreachable({ onRetry }: { onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <main className={styles.page}>
      <h1 className="visually-hidden">{t('product')}</h1>
      <Empty icon="unlink" title={t('panel.unreachable')} text={t('panel.unreachableText')}>
        <Button type="primary" icon={<Icon name="retry" />} onClick={onRetry}>
          {t('panel.retry')}
        </Button>
      </Empty>
    </main>
  );
}

import { Button } from 'antd';
import { useEffect, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from './Icon';
import styles from './Page.module.css';

interface SidePanelProps {
  title: string;
  isWide?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** Beside the page, not over it: what was clicked stays in view. Esc closes it. */
export function SidePanel({ title, isWide = false, onClose, children }: SidePanelProps) {
  const { t } = useTranslation();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) onClose();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [onClose]);
  return (
    <aside className={styles.side} data-wide={isWide || undefined} aria-label={title}>
      <header className={styles.head}>
        <h2>{title}</h2>
        <Button
          type="text"
          size="small"
          icon={<Icon name="remove" />}
          onClick={onClose}
          aria-label={t('action.close')}
        />
      </header>
      <div className={styles.scroll}>{children}</div>
    </aside>
  );
}

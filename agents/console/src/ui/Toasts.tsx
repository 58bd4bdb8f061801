import { useTranslation } from 'react-i18next';
import { Icon } from './Icon';
import { dismissToast, useToasts } from './toasts';
import styles from './Toasts.module.css';

export function Toasts() {
  const { t } = useTranslation();
  const toasts = useToasts((state) => state.toasts);
  return (
    <div className={styles.stack} role="status" aria-live="polite">
      {toasts.map((toast) => (
        <div key={toast.id} className={styles.toast} data-tone={toast.tone}>
          <Icon name={toast.tone === 'error' ? 'warning' : 'bell'} />
          <span>{toast.text}</span>
          <button type="button" onClick={() => dismissToast(toast.id)} aria-label={t('action.dismiss')}>
            <Icon name="remove" size={14} />
          </button>
        </div>
      ))}
    </div>
  );
}

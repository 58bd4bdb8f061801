import { useTranslation } from 'react-i18next';
import styles from './Header.module.css';

export function Logo({ size = 24 }: { size?: number }) {
  const { t } = useTranslation();
  return (
    <span className={styles.logo}>
      <img src="/icon.svg" width={size} height={size} alt="" />
      <span>{t('product')}</span>
    </span>
  );
}

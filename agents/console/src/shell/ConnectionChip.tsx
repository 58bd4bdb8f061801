import { useTranslation } from 'react-i18next';
import { useLive } from '../live/store';
import { Icon } from '../ui/Icon';
import styles from './Header.module.css';

export function ConnectionChip() {
  const { t } = useTranslation();
  const link = useLive((state) => state.link);
  return (
    <span className={styles.chip} data-link={link} role="status">
      <Icon name={link === 'open' ? 'link' : 'unlink'} />
      <span>{t(`link.${link}`)}</span>
    </span>
  );
}

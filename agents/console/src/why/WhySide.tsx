import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Icon } from '../ui/Icon';
import { SidePanel } from '../ui/SidePanel';
import { Explanation } from './Explanation';
import styles from './Why.module.css';

interface WhySideProps {
  contactId: string;
  onBack: () => void;
  onClose: () => void;
}

/** In the place of the list it was opened from, with the way back. */
export function WhySide({ contactId, onBack, onClose }: WhySideProps) {
  const { t } = useTranslation();
  return (
    <SidePanel title={t('why.title')} onClose={onClose}>
      <div className={styles.back}>
        <Button type="link" size="small" icon={<Icon name="callback" />} onClick={onBack}>
          {t('why.back')}
        </Button>
      </div>
      <Explanation contactId={contactId} />
    </SidePanel>
  );
}

import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../ui/Icon';
import { SidePanel } from '../ui/SidePanel';
import { Explanation } from './Explanation';
import styles from './Why.module.css';

interface WhySideProps {
  contactId: string;
  /** What may be done to it, above why it is so. */
  actions?: ReactNode;
  onBack: () => void;
  onClose: () => void;
}

/** In the place of the list it was opened from, with the way back. */
export function WhySide({ contactId, actions, onBack, onClose }: WhySideProps) {
  const { t } = useTranslation();
  return (
    <SidePanel title={t('why.title')} onClose={onClose}>
      <div className={styles.back}>
        <Button type="link" size="small" icon={<Icon name="callback" />} onClick={onBack}>
          {t('why.back')}
        </Button>
      </div>
      {actions}
      <Explanation contactId={contactId} />
    </SidePanel>
  );
}

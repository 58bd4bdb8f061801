import { Button, Input, Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { toast } from '../ui/toasts';

interface Props {
  secret: string | null;
  onClose: () => void;
}

/** A secret the server shows this once. */
export function SecretDialog({ secret, onClose }: Props) {
  const { t } = useTranslation();
  const copy = async () => {
    await navigator.clipboard.writeText(secret ?? '');
    toast(t('integrations.copied'));
  };
  return (
    <Modal
      open={secret !== null}
      title={t('integrations.secretTitle')}
      onCancel={onClose}
      footer={
        <>
          <Button onClick={() => void copy()}>{t('integrations.copy')}</Button>
          <Button type="primary" onClick={onClose}>
            {t('integrations.close')}
          </Button>
        </>
      }
    >
      <p>{t('integrations.secretText')}</p>
      <Input.TextArea readOnly autoSize value={secret ?? ''} aria-label={t('integrations.secretTitle')} />
    </Modal>
  );
}

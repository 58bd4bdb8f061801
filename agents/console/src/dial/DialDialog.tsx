import { Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { callCustomer, callCustomerOfCase, placeCall } from '../api/calls';
import { useOpenOnDesk } from '../desk/open';
import { Icon } from '../ui/Icon';
import { useCommand } from '../ui/useCommand';
import styles from './Dial.module.css';
import type { Prefilled } from './pad';

const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '+', '0', '#'];
const ask = (key: string, number: string, { contactId, caseId }: Prefilled) => {
  if (contactId) return callCustomer(contactId, key);
  return caseId ? callCustomerOfCase(caseId, key) : placeCall(number, key);
};

/** A number pad: typed, pasted, pressed or prefilled. The own phone rings first; a refusal stands beside the number. */
export function DialDialog({ prefilled, onClose }: { prefilled: Prefilled; onClose: () => void }) {
  const { t } = useTranslation();
  const [number, setNumber] = useState(prefilled.number);
  const [refusal, setRefusal] = useState('');
  const { run, isBusy } = useCommand(ask, setRefusal);
  const openOnDesk = useOpenOnDesk();
  const isFixed = !!(prefilled.contactId ?? prefilled.caseId);
  const dial = async () => {
    setRefusal('');
    const placed = number.trim() && (await run(number.trim(), prefilled));
    if (!placed) return;
    onClose();
    openOnDesk(placed.contact_id);
  };
  return (
    <Modal open title={t('dial.title')} footer={null} onCancel={onClose} width={300}>
      <Input
        autoFocus
        inputMode="tel"
        maxLength={40}
        readOnly={isFixed}
        status={refusal ? 'error' : ''}
        value={number}
        aria-label={t('dial.number')}
        placeholder={t('dial.number')}
        onChange={({ target }) => setNumber(target.value)}
        onPressEnter={() => void dial()}
      />
      <p className={styles.refusal} role="alert">
        {refusal}
      </p>
      {!isFixed && (
        <div className={styles.pad} role="group" aria-label={t('dial.pad')}>
          {keys.map((digit) => (
            <Button key={digit} onClick={() => setNumber((before) => before + digit)}>
              {digit}
            </Button>
          ))}
        </div>
      )}
      <Button
        block
        type="primary"
        icon={<Icon name="voice" size={16} />}
        disabled={!number.trim()}
        loading={isBusy}
        onClick={() => void dial()}
      >
        {t('dial.call')}
      </Button>
      <p className={styles.hint}>{t('dial.hint')}</p>
    </Modal>
  );
}

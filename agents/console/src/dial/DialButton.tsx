import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useAction } from '../keys/actions';
import { useConfiguration } from '../session/configuration';
import { useUser } from '../session/session';
import { useIsStale } from '../shell/useIsStale';
import { Icon } from '../ui/Icon';
import { DialDialog } from './DialDialog';
import { closePad, openPad, usePad } from './pad';

/** Whether this user places calls. */
export function usePlacesCalls(): boolean {
  const { role } = useUser();
  const { data } = useConfiguration();
  return role === 'agent' && data?.places_calls === true;
}

/** In the header of an agent's console, where calls are placed at all. */
export function DialButton() {
  const { t } = useTranslation();
  const prefilled = usePad((state) => state.prefilled);
  const isStale = useIsStale();
  const placesCalls = usePlacesCalls();
  useAction('dial', placesCalls && !isStale ? () => openPad() : undefined);
  if (!placesCalls) return null;
  return (
    <>
      <Button
        type="text"
        icon={<Icon name="voice" />}
        disabled={isStale}
        title={`${t('dial.title')} (Alt+D)`}
        aria-label={t('dial.title')}
        onClick={() => openPad()}
      />
      {prefilled && <DialDialog prefilled={prefilled} onClose={closePad} />}
    </>
  );
}

interface CallCustomerProps {
  contactId?: string;
  /** In place of a contact: the case with the number. */
  caseId?: string;
  shown: string;
  /** Whether the button says in words what it does. */
  isNamed?: boolean;
}

/** Beside a customer who has called or was called, or has a case: the pad with their number, which stays hidden. */
export function CallCustomer({ contactId, caseId, shown, isNamed = false }: CallCustomerProps) {
  const { t } = useTranslation();
  if (!usePlacesCalls()) return null;
  return (
    <Button
      size="small"
      type="link"
      icon={<Icon name="voice" size={14} />}
      aria-label={t('dial.customer', { name: shown })}
      title={t('dial.customer', { name: shown })}
      onClick={() => openPad({ number: shown, contactId, caseId })}
    >
      {isNamed && t('dial.customer', { name: shown })}
    </Button>
  );
}

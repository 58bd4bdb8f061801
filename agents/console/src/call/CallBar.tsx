import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { hangUpCall, holdCall, unholdCall } from '../api/calls';
import type { AssignmentCard } from '../api/types';
import { ConsultButton } from '../consult/ConsultButton';
import { useAction } from '../keys/actions';
import { TalkButtons } from '../recording/TalkButtons';
import { useIsStale } from '../shell/useIsStale';
import { Icon } from '../ui/Icon';
import { useCommand } from '../ui/useCommand';
import styles from './Call.module.css';
import { stateOfCall } from './card';

const askHold = (key: string, contactId: string) => holdCall(contactId, key);
const askUnhold = (key: string, contactId: string) => unholdCall(contactId, key);
const askHangUp = (key: string, contactId: string) => hangUpCall(contactId, key);

/** One row of buttons, always in the same places: a hand finds them without looking. */
export function CallBar({ item }: { item: AssignmentCard }) {
  const { t } = useTranslation();
  const isStale = useIsStale();
  const hold = useCommand(askHold);
  const unhold = useCommand(askUnhold);
  const hangUp = useCommand(askHangUp);
  const state = stateOfCall(item.call);
  const isHeld = state === 'held';
  const canHold = !isStale && (state === 'talking' || isHeld);
  const turn = () => void (isHeld ? unhold : hold).run(item.contact_id);
  const end = () => void hangUp.run(item.contact_id);
  useAction('hold', canHold ? turn : undefined);
  useAction('hangUp', isStale ? undefined : end);
  return (
    <div className={styles.bar} role="toolbar" aria-label={t('call.bar')}>
      <Button
        type={isHeld ? 'primary' : 'default'}
        icon={<Icon name={isHeld ? 'resume' : 'pause'} size={16} />}
        disabled={!canHold}
        loading={hold.isBusy || unhold.isBusy}
        onClick={turn}
      >
        {t(isHeld ? 'call.unhold' : 'call.hold')}
        <kbd>Alt+H</kbd>
      </Button>
      <TalkButtons item={item} />
      <ConsultButton item={item} canAsk={canHold} />
      <Button
        danger
        icon={<Icon name="hangUp" size={16} />}
        disabled={isStale}
        loading={hangUp.isBusy}
        onClick={end}
      >
        {t('call.hangUp')}
        <kbd>Alt+E</kbd>
      </Button>
    </div>
  );
}

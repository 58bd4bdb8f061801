/** A call in the middle pane: where it stands, what can be done with it, and who called which number. */
import { useTranslation } from 'react-i18next';
import type { AssignmentCard } from '../api/types';
import { ConsultBar } from '../consult/ConsultBar';
import { useNow } from '../live/now';
import { duration } from '../ui/format';
import { PromiseCallBack } from '../callbacks/PromiseCallBack';
import { Given } from '../desk/Given';
import { RecordingLine } from '../recording/RecordingLine';
import { Icon } from '../ui/Icon';
import { CallBar } from './CallBar';
import { CallFacts } from './CallFacts';
import styles from './Call.module.css';
import { lookOfCall, stateOfCall } from './card';

function State({ item }: { item: AssignmentCard }) {
  const { t } = useTranslation();
  const now = useNow();
  const state = stateOfCall(item.call);
  const look = lookOfCall(state);
  return (
    <div className={styles.state} data-tone={look.tone} data-call-state={state} role="status">
      <Icon name={look.icon} size={28} />
      <p>
        <strong>{t(`call.state.${state}`)}</strong>
        <span>{t(`call.hint.${state}`)}</span>
      </p>
      <span className={styles.timer} data-call-timer aria-hidden>
        {duration(now - (item.call?.since_ms ?? item.state_since_ms))}
      </span>
    </div>
  );
}

export function CallPanel({ item }: { item: AssignmentCard }) {
  const consult = item.call?.consult;
  const isLive = item.state === 'connected' || item.state === 'dialling';
  return (
    <>
      {isLive && !consult && <CallBar item={item} />}
      {item.state === 'connected' && consult && <ConsultBar item={item} consult={consult} />}
      <div className={styles.body}>
        {isLive && <State item={item} />}
        {item.state === 'connected' && <RecordingLine call={item.call} />}
        <CallFacts item={item} isInHand />
        {item.state === 'connected' && <PromiseCallBack contactId={item.contact_id} />}
        <Given given={item.given} />
      </div>
    </>
  );
}

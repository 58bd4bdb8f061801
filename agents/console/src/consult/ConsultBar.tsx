/** A colleague beside the call: whom one speaks with, and where the caller goes on. */
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { endConsult, transferContact, turnConsult } from '../api/calls';
import type { AssignmentCard, ConsultCard, ConsultMode } from '../api/types';
import { useAction } from '../keys/actions';
import { useIsStale } from '../shell/useIsStale';
import { Icon, type IconName } from '../ui/Icon';
import { useCommand } from '../ui/useCommand';
import styles from './Consult.module.css';

const askTurn = (key: string, contactId: string, mode: ConsultMode) => turnConsult(contactId, mode, key);
const askEnd = (key: string, contactId: string) => endConsult(contactId, key);
const askHandOver = (key: string, contactId: string, agent_id: string) =>
  transferContact(contactId, { agent_id, note: '' }, key);

const icons: Record<string, IconName> = { ringing: 'bell', ended: 'hangUp', customer: 'pause' };

function State({ consult }: { consult: ConsultCard }) {
  const { t, i18n } = useTranslation();
  const { state, cause, name } = consult;
  const why = i18n.exists(`consult.cause.${cause}`) ? t(`consult.cause.${cause}`) : t('consult.cause.failed');
  return (
    <p className={styles.state} data-consult={state} role="status">
      <Icon name={icons[state] ?? 'voice'} size={18} />
      <strong>{name}</strong>
      <span>{state === 'ended' ? why : t(`consult.state.${state}`)}</span>
    </p>
  );
}

export function ConsultBar({ item, consult }: { item: AssignmentCard; consult: ConsultCard }) {
  const { t } = useTranslation();
  const isStale = useIsStale();
  const turn = useCommand(askTurn);
  const end = useCommand(askEnd);
  const handOver = useCommand(askHandOver);
  const contactId = item.contact_id;
  const other: ConsultMode = consult.state === 'colleague' ? 'customer' : 'colleague';
  const canTurn = consult.has_answered && !isStale;
  const swap = () => void turn.run(contactId, other);
  const join = () => void turn.run(contactId, 'all');
  const takeBack = () => void end.run(contactId);
  useAction('swap', canTurn ? swap : undefined);
  useAction('join', canTurn && consult.state !== 'all' ? join : undefined);
  useAction('hold', isStale ? undefined : takeBack);
  return (
    <section className={styles.bar} aria-label={t('consult.bar')}>
      <State consult={consult} />
      <div className={styles.buttons} role="toolbar" aria-label={t('consult.bar')}>
        <Button type="primary" disabled={isStale} loading={end.isBusy} onClick={takeBack}>
          {t('consult.takeBack')}
          <kbd>Alt+H</kbd>
        </Button>
        {consult.has_answered && (
          <>
            <Button disabled={isStale} loading={turn.isBusy} onClick={swap}>
              {t(`consult.turnTo.${other}`)}
              <kbd>Alt+S</kbd>
            </Button>
            <Button disabled={isStale || consult.state === 'all'} onClick={join}>
              {t('consult.join')}
              <kbd>Alt+J</kbd>
            </Button>
            <Button
              disabled={isStale}
              loading={handOver.isBusy}
              icon={<Icon name="transfer" size={16} />}
              onClick={() => void handOver.run(contactId, consult.agent_id)}
            >
              {t('consult.handOver')}
            </Button>
          </>
        )}
      </div>
    </section>
  );
}

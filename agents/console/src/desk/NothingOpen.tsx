import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { setState } from '../api/calls';
import type { WorkState } from '../api/types';
import { useLive } from '../live/store';
import { useAlertPermission } from '../offer/notify';
import { useIsStale } from '../shell/useIsStale';
import { Icon } from '../ui/Icon';
import { Empty } from '../ui/Panel';
import { useCommand } from '../ui/useCommand';
import styles from './WorkList.module.css';

const askState = (key: string, state: WorkState, reasonId: string | null) => setState(state, reasonId, key);

function ReadyButton() {
  const { t } = useTranslation();
  const { run, isBusy } = useCommand(askState);
  const isStale = useIsStale();
  return (
    <Button
      type="primary"
      icon={<Icon name="ready" />}
      disabled={isStale}
      loading={isBusy}
      onClick={() => void run('ready', null)}
    >
      {t('status.goReady')}
    </Button>
  );
}

function AlertHint() {
  const { t } = useTranslation();
  const [permission, ask] = useAlertPermission();
  if (permission !== 'default') return null;
  return (
    <Button type="link" icon={<Icon name="bell" />} onClick={ask}>
      {t('profile.askNotifications')}
    </Button>
  );
}

/** The middle pane with nothing in hand: says what will appear, and shows the one thing to do. */
export function NothingOpen() {
  const { t } = useTranslation();
  const isReady = useLive((state) => state.desk?.agent.state === 'ready');
  return (
    <section className={styles.nothing} aria-label={t('conversation.title')}>
      {isReady ? (
        <Empty icon="ready" title={t('work.waitingTitle')} text={t('work.waitingText')}>
          <AlertHint />
        </Empty>
      ) : (
        <Empty icon="idle" title={t('work.startTitle')} text={t('work.startText')}>
          <ReadyButton />
          <AlertHint />
        </Empty>
      )}
    </section>
  );
}

import { Dropdown, type MenuProps } from 'antd';
import { useTranslation } from 'react-i18next';
import { setState } from '../api/calls';
import type { AgentCard, WorkState } from '../api/types';
import { useNow } from '../live/now';
import { useLive } from '../live/store';
import { isChosenByHand, useConfiguration, useNames } from '../session/configuration';
import { duration } from '../ui/format';
import { Icon } from '../ui/Icon';
import { useCommand } from '../ui/useCommand';
import styles from './Header.module.css';
import { useStatusLook } from './status';
import { useLogOut } from './useLeaving';
import { useIsStale } from './useIsStale';

const askState = (key: string, state: WorkState, reasonId: string | null) => setState(state, reasonId, key);

function useStatusMenu(): MenuProps {
  const { t } = useTranslation();
  const names = useNames();
  const { data } = useConfiguration();
  const { run } = useCommand(askState);
  const logOut = useLogOut();
  return {
    items: [
      { key: 'ready', icon: <Icon name="ready" />, label: t('status.ready') },
      { type: 'divider' },
      {
        type: 'group',
        label: t('status.not_ready'),
        children: (data?.not_ready_reasons ?? []).filter(isChosenByHand).map((reason) => ({
          key: `reason ${reason.reason_id}`,
          icon: <Icon name="idle" />,
          label: names.of(reason.name),
        })),
      },
      { type: 'divider' },
      { key: 'logOut', icon: <Icon name="logOut" />, label: t('action.logOut') },
    ],
    onClick: ({ key }) => {
      if (key === 'logOut') logOut();
      else if (key === 'ready') void run('ready', null);
      else void run('not_ready', key.slice('reason '.length));
    },
  };
}

function Pending({ agent }: { agent: AgentCard }) {
  const { t } = useTranslation();
  const look = useStatusLook();
  if (!agent.next_state) return null;
  const { word } = look(agent.next_state.state, agent.next_state.reason_id);
  return (
    <span className={styles.pending}>
      <Icon name="next" size={12} />
      {t('status.next', { state: word })}
    </span>
  );
}

export function StatusControl() {
  const { t } = useTranslation();
  const agent = useLive((state) => state.desk?.agent);
  const now = useNow();
  const menu = useStatusMenu();
  const look = useStatusLook();
  const isStale = useIsStale();
  if (!agent) return null;
  const { tone, icon, word } = look(agent.state, agent.reason_id);
  return (
    <Dropdown menu={menu} trigger={['click']} disabled={isStale} placement="bottomRight">
      <button
        type="button"
        className={styles.status}
        data-tone={tone}
        disabled={isStale}
        title={isStale ? t('stale.commands') : undefined}
        aria-haspopup="menu"
      >
        <span className={styles.mark}>
          <Icon name={icon} size={18} />
        </span>
        <span className={styles.word}>
          <span className="visually-hidden">{t('status.label')}</span>
          {word}
        </span>
        <span className={styles.timer} aria-hidden>
          {duration(now - agent.state_since_ms)}
        </span>
        <Pending agent={agent} />
        <Icon name="down" size={14} />
      </button>
    </Dropdown>
  );
}

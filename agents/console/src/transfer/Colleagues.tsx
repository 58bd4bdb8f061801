/** Whom a contact can go to: its directory, kept fresh, and the agents in it with their states. */
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { readDirectory } from '../api/calls';
import type { Directory, DirectoryAgent } from '../api/types';
import { useNames } from '../session/configuration';
import { useStatusLook } from '../shell/status';
import { StateTag } from '../ui/StateTag';
import styles from './TransferDialog.module.css';

const REFRESH_MS = 3_000;

export interface ChoicesProps {
  directory: Directory;
  chosen: string;
  onChoose: (id: string) => void;
}

function AgentState({ agent }: { agent: DirectoryAgent }) {
  const { t } = useTranslation();
  const look = useStatusLook();
  const { tone, icon, word } = look(agent.state, agent.reason_id);
  const isBusy = agent.state === 'ready' && !agent.is_free;
  return (
    <StateTag tone={isBusy ? 'talking' : tone} icon={isBusy ? 'chat' : icon} isPlain>
      {isBusy ? t('transfer.busy') : word}
    </StateTag>
  );
}

export function Agents({ directory, chosen, onChoose }: ChoicesProps) {
  const { t } = useTranslation();
  const names = useNames();
  if (!directory.agents.length) return <p className={styles.none}>{t('transfer.noAgent')}</p>;
  return (
    <>
      {directory.agents.map((agent) => (
        <label key={agent.agent_id} className={styles.choice}>
          <input
            type="radio"
            name="to"
            disabled={!agent.is_free}
            checked={chosen === agent.agent_id}
            onChange={() => onChoose(agent.agent_id)}
          />
          <b>{agent.display_name}</b>
          <small>{names.team(agent.team_id)}</small>
          <AgentState agent={agent} />
        </label>
      ))}
      {directory.has_more && <p className={styles.none}>{t('transfer.more')}</p>}
    </>
  );
}

export function useDirectory(contactId: string, name: string) {
  return useQuery({
    queryKey: ['directory', contactId, name],
    queryFn: () => readDirectory(contactId, name),
    placeholderData: (before) => before,
    refetchInterval: REFRESH_MS,
    gcTime: 0,
  });
}

/** A supervisor in a call: listen, whisper to the agent, speak to both. The own phone rings for it. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { leaveCall, listenIn, readListening, type ListenMode } from '../api/adminCalls';
import { useCommand } from '../ui/useCommand';
import styles from './Supervise.module.css';

const REFRESH_MS = 2_000;
const modes: ListenMode[] = ['listen', 'whisper', 'barge'];

const ask = (key: string, contactId: string, mode: ListenMode) => listenIn(contactId, mode, key);
const askLeave = (key: string, contactId: string) => leaveCall(contactId, key);

export function Listening({ contactId }: { contactId: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const queryKey = ['listening', contactId];
  const { data } = useQuery({
    queryKey,
    queryFn: () => readListening(contactId),
    refetchInterval: REFRESH_MS,
    gcTime: 0,
  });
  const listen = useCommand(ask);
  const leave = useCommand(askLeave);
  const isIn = data !== undefined && data.state !== 'none';
  const refused = data?.refused;
  const after = (answer: unknown) => answer && client.invalidateQueries({ queryKey });
  return (
    <div className={styles.actions} role="group" aria-label={t('listening.group')}>
      {modes.map((mode) => (
        <Button
          key={mode}
          size="small"
          aria-pressed={isIn && data.mode === mode}
          type={isIn && data.mode === mode ? 'primary' : 'default'}
          disabled={listen.isBusy || !!refused}
          title={t(`listening.hint.${mode}`)}
          onClick={() => void listen.run(contactId, mode).then(after)}
        >
          {t(`listening.mode.${mode}`)}
        </Button>
      ))}
      {isIn && (
        <Button size="small" loading={leave.isBusy} onClick={() => void leave.run(contactId).then(after)}>
          {t('listening.leave')}
        </Button>
      )}
      <span role="status">
        {data?.state === 'ringing' && t('listening.ringing')}
        {refused && t(`listening.refused.${refused}`)}
      </span>
    </div>
  );
}

import { useTranslation } from 'react-i18next';
import type { CallCard } from '../api/types';
import { Icon } from '../ui/Icon';
import styles from './Recording.module.css';
import { lookOfRecording, recordingOf } from './states';

/** Whether the call is being recorded, and whether the caller hears the agent: in words, always in the same place. */
export function RecordingLine({ call }: { call: CallCard | null | undefined }) {
  const { t } = useTranslation();
  const recording = recordingOf(call);
  const isMuted = call?.is_muted === true;
  if (!recording && !isMuted) return null;
  const look = recording && lookOfRecording(recording);
  return (
    <div className={styles.line} role="status">
      {look && (
        <p data-recording={recording} data-tone={look.tone}>
          <Icon name={look.icon} />
          {t(`recording.state.${recording}`)}
        </p>
      )}
      {isMuted && (
        <p data-tone="warning" data-muted>
          <Icon name="micOff" />
          {t('recording.muted')}
        </p>
      )}
    </div>
  );
}

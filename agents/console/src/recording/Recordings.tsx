import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { readRecordings, soundOf } from '../api/calls';
import type { RecordingInfo } from '../api/types';
import { dateTime, duration } from '../ui/format';
import { Failed, Loading } from '../ui/Panel';
import styles from './Recording.module.css';

const LOOK_AGAIN_MS = 3_000;
/** Where something was left out, one hears what came just before it. */
const BEFORE_MS = 2_000;

interface PlayerProps {
  contactId: string;
  recording: RecordingInfo;
  /** It could not be played: it may be gone, or be for others by now. */
  onFailed: () => void;
}

function Player({ contactId, recording, onFailed }: PlayerProps) {
  const { t, i18n } = useTranslation();
  const [hasFailed, setFailed] = useState(false);
  const sound = useRef<HTMLAudioElement>(null);
  const jump = (atMs: number) => {
    if (!sound.current) return;
    sound.current.currentTime = Math.max(0, atMs - BEFORE_MS) / 1000;
    // Why it does not play is told by the player itself.
    void sound.current.play().catch(() => undefined);
  };
  /** A player that has failed stays so until it loads anew. */
  const playAgain = () => {
    sound.current?.load();
    void sound.current?.play().catch(() => undefined);
  };
  const fail = () => {
    setFailed(true);
    onFailed();
  };
  const name = recording.agent_name || t(`recording.kind.${recording.kind}`);
  return (
    <li className={styles.recording} data-recording-of={recording.kind}>
      <p>
        <strong>{name}</strong>
        <span>{dateTime(recording.began_at_ms, i18n.language)}</span>
        {recording.length_ms > 0 && <span>{duration(recording.length_ms)}</span>}
      </p>
      {recording.state === 'here' ? (
        <audio
          ref={sound}
          controls
          preload="none"
          src={soundOf(contactId, recording.recording_id)}
          aria-label={t('recording.play', { name })}
          onError={fail}
          onPlaying={() => setFailed(false)}
        />
      ) : (
        <p>{t(`recording.is.${recording.state}`)}</p>
      )}
      {hasFailed && (
        <p role="alert">
          {t('recording.unplayable')}
          <Button size="small" onClick={playAgain}>
            {t('panel.retry')}
          </Button>
        </p>
      )}
      {recording.left_out.length > 0 && (
        <ul className={styles.leftOut} aria-label={t('recording.leftOut')}>
          {recording.left_out.map((gap, index) => (
            <li key={index} data-left-out={gap.why}>
              <Button size="small" disabled={recording.state !== 'here'} onClick={() => jump(gap.at_ms)}>
                {duration(gap.at_ms)}
              </Button>
              {t(`recording.gap.${gap.why}`, { length: duration(gap.for_ms) })}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

/** In place of what somebody else talked: whether there is a recording is not told to those who may not listen. */
export function NotYours() {
  const { t } = useTranslation();
  return (
    <p className={styles.notYours} data-not-yours>
      {t('recording.notYours')}
    </p>
  );
}

/** What there is to listen to of a contact; nothing at all where nothing was recorded. */
export function Recordings({ contactId }: { contactId: string }) {
  const { t } = useTranslation();
  const load = useQuery({
    queryKey: ['recordings', contactId],
    queryFn: () => readRecordings(contactId),
    refetchInterval: ({ state }) =>
      state.data?.recordings.some((one) => one.state === 'coming' || one.state === 'recording')
        ? LOOK_AGAIN_MS
        : false,
  });
  if (load.isPending) return <Loading rows={2} />;
  if (load.isError) return <Failed error={load.error} onRetry={() => void load.refetch()} />;
  if (!load.data.recordings.length) return null;
  return (
    <section className={styles.recordings} aria-label={t('recording.title')}>
      <h3>{t('recording.title')}</h3>
      <ol>
        {load.data.recordings.map((recording) => (
          <Player
            key={recording.recording_id}
            contactId={contactId}
            recording={recording}
            onFailed={() => void load.refetch()}
          />
        ))}
      </ol>
    </section>
  );
}

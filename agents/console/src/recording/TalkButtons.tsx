/** Beside hold and hang-up: not to be heard, and not to be recorded for a while. */
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { muteCall, pauseRecording, resumeRecording, unmuteCall } from '../api/calls';
import type { AssignmentCard } from '../api/types';
import { stateOfCall } from '../call/card';
import { useAction } from '../keys/actions';
import { useIsStale } from '../shell/useIsStale';
import { Icon } from '../ui/Icon';
import { useCommand } from '../ui/useCommand';
import { recordingOf } from './states';

const askMute = (key: string, contactId: string) => muteCall(contactId, key);
const askUnmute = (key: string, contactId: string) => unmuteCall(contactId, key);
const askPause = (key: string, contactId: string) => pauseRecording(contactId, key);
const askResume = (key: string, contactId: string) => resumeRecording(contactId, key);

interface Props {
  item: AssignmentCard;
  /** There is somebody at the other end, and our own page is up to date. */
  isTalking: boolean;
}

function MuteButton({ item, isTalking }: Props) {
  const { t } = useTranslation();
  const mute = useCommand(askMute);
  const unmute = useCommand(askUnmute);
  const isMuted = item.call?.is_muted === true;
  const turn = () => void (isMuted ? unmute : mute).run(item.contact_id);
  useAction('mute', isTalking ? turn : undefined);
  return (
    <Button
      type={isMuted ? 'primary' : 'default'}
      aria-pressed={isMuted}
      icon={<Icon name={isMuted ? 'micOff' : 'mic'} size={16} />}
      disabled={!isTalking}
      loading={mute.isBusy || unmute.isBusy}
      onClick={turn}
    >
      {t(isMuted ? 'recording.unmute' : 'recording.mute')}
      <kbd>Alt+U</kbd>
    </Button>
  );
}

function PauseButton({ item, isTalking }: Props) {
  const { t } = useTranslation();
  const pause = useCommand(askPause);
  const resume = useCommand(askResume);
  const recording = recordingOf(item.call);
  const isPaused = recording === 'paused';
  const canPause = isTalking && (recording === 'on' || isPaused);
  const turn = () => void (isPaused ? resume : pause).run(item.contact_id);
  useAction('pauseRecording', canPause ? turn : undefined);
  if (!recording) return null;
  return (
    <Button
      type={isPaused ? 'primary' : 'default'}
      icon={<Icon name={isPaused ? 'record' : 'recordOff'} size={16} />}
      disabled={!canPause}
      loading={pause.isBusy || resume.isBusy}
      onClick={turn}
    >
      {t(isPaused ? 'recording.resume' : 'recording.pause')}
      <kbd>Alt+R</kbd>
    </Button>
  );
}

export function TalkButtons({ item }: { item: AssignmentCard }) {
  const isStale = useIsStale();
  const state = stateOfCall(item.call);
  const isTalking = !isStale && (state === 'talking' || state === 'held');
  return (
    <>
      <MuteButton item={item} isTalking={isTalking} />
      <PauseButton item={item} isTalking={isTalking} />
    </>
  );
}

/** How the recording of a call stands, as the desk shows it. */
import type { CallCard } from '../api/types';
import type { IconName } from '../ui/Icon';

const states = ['on', 'pausing', 'paused', 'stopping', 'stopped', 'refused', 'failed'] as const;
export type RecordingState = (typeof states)[number];

/** Nothing, where nothing is to be recorded. */
export const recordingOf = (call: CallCard | null | undefined): RecordingState | undefined =>
  states.find((state) => state === call?.recording);

interface Look {
  icon: IconName;
  tone: 'plain' | 'live' | 'warning';
}

const looks: Record<RecordingState, Look> = {
  on: { icon: 'record', tone: 'live' },
  pausing: { icon: 'record', tone: 'warning' },
  paused: { icon: 'recordOff', tone: 'plain' },
  stopping: { icon: 'warning', tone: 'warning' },
  stopped: { icon: 'recordOff', tone: 'plain' },
  refused: { icon: 'recordOff', tone: 'plain' },
  failed: { icon: 'recordOff', tone: 'plain' },
};

export const lookOfRecording = (state: RecordingState): Look => looks[state];

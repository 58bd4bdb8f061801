/** Where a call stands, as word, icon and colour. The card is what the desk knows of the call beside the contact. */
import type { CallCard } from '../api/types';
import type { IconName } from '../ui/Icon';
import type { Tone } from '../ui/StateTag';

const states = ['ringing', 'connecting', 'talking', 'held', 'ended'] as const;
export type CallState = (typeof states)[number];

interface Look {
  tone: Tone;
  icon: IconName;
}

const looks: Record<CallState, Look> = {
  ringing: { tone: 'offered', icon: 'bell' },
  connecting: { tone: 'offered', icon: 'voice' },
  talking: { tone: 'talking', icon: 'voice' },
  held: { tone: 'warning', icon: 'pause' },
  ended: { tone: 'idle', icon: 'hangUp' },
};

/** A call nobody knows anything of any more has ended. */
export const stateOfCall = (call: CallCard | null | undefined): CallState =>
  states.find((state) => state === call?.state) ?? 'ended';

export const lookOfCall = (state: CallState): Look => looks[state];

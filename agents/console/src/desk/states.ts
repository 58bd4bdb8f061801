/** How work in hand looks: a word (below `contact.`), an icon and a colour. */
import { isCall, type AssignmentCard } from '../api/types';
import { channelIcon, type IconName } from '../ui/Icon';
import type { Tone } from '../ui/StateTag';

interface Look {
  word: string;
  tone: Tone;
  icon: IconName;
}

export function lookOf(item: AssignmentCard): Look {
  if (item.state === 'wrap_up') return { word: 'wrap_up', tone: 'wrapUp', icon: 'wrapUp' };
  if (item.state === 'dialling') return { word: 'dialling', tone: 'offered', icon: 'voice' };
  if (item.is_interrupted) return { word: 'interrupted', tone: 'warning', icon: 'idle' };
  if (item.state === 'parked') return { word: 'parked', tone: 'idle', icon: 'clock' };
  if (item.call?.state === 'held') return { word: 'held', tone: 'warning', icon: 'pause' };
  const isLive = item.channel === 'chat' || isCall(item.channel);
  if (isLive && !item.is_customer_present) return { word: 'left', tone: 'warning', icon: 'left' };
  return { word: isLive ? 'connected' : 'inHand', tone: 'talking', icon: channelIcon(item.channel) };
}

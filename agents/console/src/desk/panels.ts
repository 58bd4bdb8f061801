/** What fills the middle pane, by the contact's channel: it shows the conversation in every state, and writes in hand. */
import type { ComponentType } from 'react';
import type { AssignmentCard, Channel } from '../api/types';
import { CallPanel } from '../call/CallPanel';
import { EmailPanel } from '../email/EmailPanel';
import { TaskPanel } from '../recording/TaskPanel';
import { ChatPanel } from './ChatPanel';

export type ContactPanel = ComponentType<{ item: AssignmentCard }>;

export const PANELS: Record<Channel, ContactPanel> = {
  voice: CallPanel,
  outbound_voice: CallPanel,
  callback: CallPanel,
  chat: ChatPanel,
  sms: ChatPanel,
  email: EmailPanel,
  fax: ChatPanel,
  task: TaskPanel,
};

/** What the server and the console say to each other: docs/protocol.md and agents/protocol.py, version 1. */

export const PROTOCOL_VERSION = 1;

export type Role = 'agent' | 'supervisor' | 'admin';
export type WorkState = 'ready' | 'not_ready' | 'logged_out';
export type ContactState = 'waiting' | 'offered' | 'connected' | 'wrap_up' | 'closed';

export interface User {
  user_id: string;
  username: string;
  display_name: string;
  role: Role;
  team_id: string | null;
  queue_ids: string[];
  language: string;
}

export interface NextState {
  state: WorkState;
  reason_id: string | null;
}

export interface AgentCard {
  agent_id: string;
  state: WorkState;
  reason_id: string | null;
  state_since_ms: number;
  next_state: NextState | null;
  is_present: boolean;
  capacity_used: number;
  capacity_total: number;
}

export interface OfferCard {
  offer_id: string;
  contact_id: string;
  channel: string;
  queue_id: string;
  customer_name: string;
  opening_text: string;
  language: string;
  waiting_since_ms: number;
  made_at_ms: number;
  expires_at_ms: number;
}

export interface AssignmentCard {
  contact_id: string;
  channel: string;
  queue_id: string;
  state: 'connected' | 'wrap_up';
  state_since_ms: number;
  arrived_at_ms: number;
  connected_at_ms: number;
  customer_name: string;
  language: string;
  is_customer_present: boolean;
  is_ended_by_customer: boolean;
  wrap_up_until_ms: number | null;
  wrap_up_extensions_left: number;
  last_message_seq: number;
}

export interface Desk {
  agent: AgentCard;
  offers: OfferCard[];
  assignments: AssignmentCard[];
}

export interface ChatMessage {
  seq: number;
  message_id: string;
  author: 'customer' | 'agent' | 'system';
  author_name: string;
  text: string;
  at_ms: number;
}

export interface QueueLine {
  queue_id: string;
  waiting: number;
  oldest_waiting_since_ms: number | null;
  offered: number;
  connected: number;
  wrap_up: number;
  agents_ready: number;
  agents_busy: number;
  agents_not_ready: number;
  arrived_today: number;
  answered_today: number;
  abandoned_today: number;
  mean_wait_of_answered_ms: number | null;
}

export interface AgentLine {
  agent_id: string;
  display_name: string;
  team_id: string;
  state: WorkState;
  reason_id: string | null;
  state_since_ms: number;
  is_present: boolean;
  capacity_used: number;
  capacity_total: number;
  is_in_wrap_up: boolean;
}

export type FromConsole =
  | { type: 'hello'; version: number; messages_after: Record<string, number> }
  | { type: 'typing'; contact_id: string }
  | { type: 'watch_board'; is_watching: boolean };

export interface DeskFrame {
  type: 'desk';
  seq: number;
  server_now_ms: number;
  desk: Desk | null;
}

export interface BoardFrame {
  type: 'board';
  as_of_seq: number;
  server_now_ms: number;
  queues: QueueLine[];
  agents: AgentLine[];
}

export type ToConsole =
  | DeskFrame
  | BoardFrame
  | { type: 'message'; contact_id: string; message: ChatMessage }
  | { type: 'typing'; contact_id: string }
  | { type: 'bye'; code: string; message: string };

export interface LocalName {
  en: string;
  zh: string;
}

export interface QueueConfig {
  queue_id: string;
  name: LocalName;
  disposition_ids: string[];
  offer_timeout_ms: number;
  wrap_up_limit_ms: number;
  amber_after_ms: number;
  red_after_ms: number;
}

export interface Configuration {
  version: string;
  queues: QueueConfig[];
  not_ready_reasons: { reason_id: string; name: LocalName }[];
  dispositions: { disposition_id: string; name: LocalName }[];
  teams: { team_id: string; name: LocalName }[];
  widgets: { widget_id: string; name: LocalName; queue_id: string }[];
}

export interface Interaction {
  contact_id: string;
  channel: string;
  queue_id: string;
  customer_name: string;
  arrived_at_ms: number;
  first_offered_at_ms: number | null;
  answered_at_ms: number | null;
  ended_at_ms: number | null;
  closed_at_ms: number | null;
  agent_id: string | null;
  agent_name: string;
  outcome: string | null;
  disposition_id: string | null;
  ended_by: string | null;
  offers: number;
  missed: number;
  rejected: number;
  requeues: number;
  messages: number;
}

export interface ContactDetails {
  interaction: Interaction;
  state: ContactState;
  details: { email: string; language: string; opening_text: string; notes: string };
}

export interface QueueContact {
  contact_id: string;
  channel: string;
  state: ContactState;
  waiting_since_ms: number;
  agent_id: string | null;
}

export interface UserRow extends User {
  is_disabled: boolean;
  chat_capacity: number;
}

export interface NewUser {
  username: string;
  display_name: string;
  role: Role;
  team_id: string | null;
  queue_ids: string[];
  chat_capacity: number;
  language: string;
  password: string;
}

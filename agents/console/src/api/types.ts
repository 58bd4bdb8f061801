/** The server's own types under short names: made from openapi.json by `npm run api`, so a drift stops the build. */
import type { components } from './schema';

type Schemas = components['schemas'];

export const PROTOCOL_VERSION = 1;

export type Role = Schemas['Role'];
export type WorkState = Schemas['WorkState'];
export type User = Schemas['SessionUser'];
export type UserRow = Schemas['UserRow'];
export type NewUser = Schemas['NewUser'];
export type UserChange = Schemas['UserChange'];

export type AgentCard = Schemas['AgentCard'];
export type CallBackCard = Schemas['CallBackCard'];
export type CallCard = Schemas['CallCard'];
export type GivenAnswer = Schemas['GivenAnswer'];
export type ConsultCard = Schemas['ConsultCard'];
export type ConsultMode = Schemas['Turn']['mode'];
export type RecordingInfo = Schemas['RecordingInfo'];
export type OfferCard = Schemas['OfferCard'];
export type AskedCard = Schemas['AskedCard'];
export type AssignmentCard = Schemas['AssignmentCard'];
export type CustomerCard = Schemas['CustomerCard'];
export type LastContact = Schemas['LastContact'];
export type HandOn = Schemas['HandOn'];
export type Directory = Schemas['DirectoryView'];
export type DirectoryAgent = Schemas['DirectoryAgent'];
export type Note = Schemas['Note'];
export type Template = Schemas['TemplateInfo'];
export type MailThread = Schemas['MailThread'];
export type MailView = Schemas['MailView'];
export type AddressView = Schemas['AddressView'];
export type ReplyDefaults = Schemas['ReplyDefaults'];
export type SendMail = Schemas['SendMail'];
export type UploadedFile = Schemas['UploadedFile'];
export type Desk = Schemas['Desk'];
export type ChatMessage = Schemas['ChatMessage'];
export type QueueLine = Schemas['QueueLine'];
export type AgentLine = Schemas['AgentLine'];

export type FromConsole = Schemas['FromConsole'];
export type ToConsole = Schemas['ToConsole'];
export type DeskPush = Schemas['DeskPush'];
export type EmergencyCall = Schemas['EmergencyCall'];
export type BoardPush = Schemas['BoardPush'];

export type LocalName = Schemas['LocalName'];
export type QueueInfo = Schemas['QueueInfo'];
export type Configuration = Schemas['ConfigurationView'];
export type Interaction = Schemas['InteractionRow'];
export type ContactView = Schemas['ContactView'];
export type QueueContact = Schemas['QueueContact'];
export type Section = Schemas['Section'];

/** The media a contact can come by; a server that is newer may know more. */
export const channels = [
  'voice',
  'outbound_voice',
  'callback',
  'chat',
  'sms',
  'email',
  'fax',
  'task',
] as const;
export type Channel = (typeof channels)[number];
export const channelOf = (name: string): Channel => channels.find((channel) => channel === name) ?? 'task';
export const isCall = (channel: string): boolean => ['voice', 'outbound_voice', 'callback'].includes(channel);

/** Nobody waits for the next word there, so it can be put aside. */
export const canBePutAside = (channel: string): boolean => channel !== 'chat' && !isCall(channel);

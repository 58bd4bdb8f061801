import type { Role } from '../api/types';

export type PageName =
  | 'desk'
  | 'supervisor'
  | 'cases'
  | 'leads'
  | 'campaigns'
  | 'call-backs'
  | 'log'
  | 'customers'
  | 'reports'
  | 'articles'
  | 'users'
  | 'telephony'
  | 'configuration'
  | 'integrations'
  | 'audit'
  | 'wallboard';

const byRole: Record<Role, PageName[]> = {
  agent: ['desk', 'cases', 'leads', 'log', 'customers'],
  supervisor: [
    'supervisor',
    'cases',
    'leads',
    'campaigns',
    'call-backs',
    'log',
    'customers',
    'reports',
    'articles',
    'telephony',
    'wallboard',
  ],
  admin: [
    'supervisor',
    'cases',
    'leads',
    'campaigns',
    'call-backs',
    'log',
    'customers',
    'reports',
    'articles',
    'telephony',
    'users',
    'configuration',
    'integrations',
    'audit',
    'wallboard',
  ],
};

export const pagesOf = (role: Role): PageName[] => byRole[role];
export const homeOf = (role: Role): string => `/${byRole[role][0] ?? 'log'}`;

/** Pages for a screen nobody works at: without header and navigation. */
export const isBare = (pathname: string): boolean => pathname.split('/')[1] === 'wallboard';

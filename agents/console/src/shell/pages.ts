import type { Role } from '../api/types';

export type PageName =
  | 'desk'
  | 'supervisor'
  | 'cases'
  | 'leads'
  | 'campaigns'
  | 'call-backs'
  | 'log'
  | 'reports'
  | 'articles'
  | 'users'
  | 'telephony'
  | 'configuration'
  | 'integrations'
  | 'audit';

const byRole: Record<Role, PageName[]> = {
  agent: ['desk', 'cases', 'leads', 'log'],
  supervisor: [
    'supervisor',
    'cases',
    'leads',
    'campaigns',
    'call-backs',
    'log',
    'reports',
    'articles',
    'telephony',
  ],
  admin: [
    'supervisor',
    'cases',
    'leads',
    'campaigns',
    'call-backs',
    'log',
    'reports',
    'articles',
    'telephony',
    'users',
    'configuration',
    'integrations',
    'audit',
  ],
};

export const pagesOf = (role: Role): PageName[] => byRole[role];
export const homeOf = (role: Role): string => `/${byRole[role][0] ?? 'log'}`;

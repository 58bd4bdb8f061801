import type { Role } from '../api/types';

export type PageName = 'desk' | 'supervisor' | 'log' | 'users' | 'configuration' | 'integrations' | 'audit';

const byRole: Record<Role, PageName[]> = {
  agent: ['desk', 'log'],
  supervisor: ['supervisor', 'log'],
  admin: ['supervisor', 'log', 'users', 'configuration', 'integrations', 'audit'],
};

export const pagesOf = (role: Role): PageName[] => byRole[role];
export const homeOf = (role: Role): string => `/${byRole[role][0] ?? 'log'}`;

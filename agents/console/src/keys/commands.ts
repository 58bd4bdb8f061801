/** What the palette offers: the actions of the page, the work in hand, the own state, the other pages. */
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { setState } from '../api/calls';
import type { WorkState } from '../api/types';
import { useWork } from '../desk/work';
import { isChosenByHand, useConfiguration, useNames } from '../session/configuration';
import { useKeep, useUser } from '../session/session';
import { pagesOf } from '../shell/pages';
import { useIsStale } from '../shell/useIsStale';
import { channelIcon, type IconName } from '../ui/Icon';
import { useCommand } from '../ui/useCommand';
import { runAction, useAvailableActions } from './actions';
import { keyTable } from './table';

export interface PaletteCommand {
  id: string;
  group: string;
  label: string;
  icon: IconName;
  combo?: string | undefined;
  run: () => void;
}

function useActionCommands(): PaletteCommand[] {
  const { t } = useTranslation();
  return useAvailableActions()
    .filter((id) => id !== 'palette')
    .map((id) => ({
      id: `action-${id}`,
      group: t(`help.group.${keyTable[id].group}`),
      label: t(`help.key.${id}`),
      icon: 'keyboard',
      combo: keyTable[id].combos[0],
      run: () => runAction(id),
    }));
}

function useWorkCommands(): PaletteCommand[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const names = useNames();
  const keep = useKeep();
  return useWork().map((item) => ({
    id: `work-${item.contact_id}`,
    group: names.queue(item.queue_id),
    label: t('palette.open', { name: item.customer_name || t('customer.unnamed') }),
    icon: channelIcon(item.channel),
    run: () => {
      keep.set('open', item.contact_id);
      void navigate('/desk');
    },
  }));
}

const askState = (key: string, state: WorkState, reasonId: string | null) => setState(state, reasonId, key);

function useStatusCommands(): PaletteCommand[] {
  const { t } = useTranslation();
  const names = useNames();
  const { role } = useUser();
  const { data } = useConfiguration();
  const { run } = useCommand(askState);
  const isStale = useIsStale();
  if (role !== 'agent' || isStale) return [];
  const group = t('palette.status');
  const reasons = (data?.not_ready_reasons ?? []).filter(isChosenByHand);
  return [
    { id: 'ready', group, label: t('status.ready'), icon: 'ready', run: () => void run('ready', null) },
    ...reasons.map((reason): PaletteCommand => ({
      id: `reason-${reason.reason_id}`,
      group,
      label: names.of(reason.name),
      icon: 'idle',
      run: () => void run('not_ready', reason.reason_id),
    })),
  ];
}

function usePageCommands(): PaletteCommand[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { role } = useUser();
  return pagesOf(role).map((page) => ({
    id: `page-${page}`,
    group: t('shell.pages'),
    label: t(`page.${page}`),
    icon: 'next',
    run: () => void navigate(`/${page}`),
  }));
}

export function useCommands(): PaletteCommand[] {
  const actions = useActionCommands();
  const work = useWorkCommands();
  const status = useStatusCommands();
  const pages = usePageCommands();
  return [...actions, ...work, ...status, ...pages];
}

import { useTranslation } from 'react-i18next';
import { useNames } from '../session/configuration';
import type { IconName } from '../ui/Icon';
import type { Tone } from '../ui/StateTag';

export interface StatusLook {
  tone: Tone;
  icon: IconName;
  word: string;
}

/** How a stated state looks, everywhere it is shown: icon, word and tone. */
export function useStatusLook(): (state: string, reasonId: string | null) => StatusLook {
  const { t } = useTranslation();
  const names = useNames();
  return (state, reasonId) => {
    if (state === 'ready') return { tone: 'ready', icon: 'ready', word: t('status.ready') };
    if (state === 'logged_out') return { tone: 'idle', icon: 'away', word: t('status.logged_out') };
    const word = reasonId ? names.reason(reasonId) : t('status.not_ready');
    return reasonId === 'missed'
      ? { tone: 'warning', icon: 'warning', word }
      : { tone: 'idle', icon: 'idle', word };
  };
}

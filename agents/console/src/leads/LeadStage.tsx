import { useTranslation } from 'react-i18next';
import type { IconName } from '../ui/Icon';
import { StateTag, type Tone } from '../ui/StateTag';

const looks: Record<string, [Tone, IconName]> = {
  new: ['offered', 'star'],
  contacted: ['talking', 'voice'],
  qualified: ['wrapUp', 'wrapUp'],
  won: ['ready', 'ready'],
  lost: ['idle', 'remove'],
};

/** How far a lead has come. */
export function LeadStage({ stage }: { stage: string }) {
  const { t } = useTranslation();
  const [tone, icon] = looks[stage] ?? ['idle', 'clock'];
  return (
    <StateTag tone={tone} icon={icon} isPlain>
      {t(`leads.stage.${stage}`)}
    </StateTag>
  );
}

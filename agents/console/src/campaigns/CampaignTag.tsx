import { useTranslation } from 'react-i18next';
import type { CampaignState } from '../api/campaigns';
import { StateTag } from '../ui/StateTag';
import { lookOfCampaign } from './words';

/** Where a campaign stands. */
export function CampaignTag({ state }: { state: CampaignState }) {
  const { t } = useTranslation();
  const [tone, icon] = lookOfCampaign[state];
  return (
    <StateTag tone={tone} icon={icon} isPlain>
      {t(`campaigns.state.${state}`)}
    </StateTag>
  );
}

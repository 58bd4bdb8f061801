import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { create } from 'zustand';
import { useLive } from '../live/store';
import { clockTimeWithSeconds } from '../ui/format';
import { Icon } from '../ui/Icon';
import styles from './EmergencyBanner.module.css';

/** What was seen stays seen as long as this page is open. */
const useSeen = create<{ ids: string[] }>(() => ({ ids: [] }));

/** For whoever watches over agents, on every page: somebody has dialled an emergency number. */
export function EmergencyBanner() {
  const { t, i18n } = useTranslation();
  const calls = useLive((state) => state.emergencies);
  const seen = useSeen((state) => state.ids);
  const news = calls.filter((call) => !seen.includes(call.contact_id));
  if (!news.length) return null;
  return (
    <div className={styles.banner} role="alert">
      <Icon name="voice" />
      <strong>{t('emergency.title')}</strong>
      {news.map((call) => (
        <Link key={call.contact_id} to={{ pathname: '/log', search: `?contact=${call.contact_id}` }}>
          {t('emergency.call', {
            name: call.agent_name,
            time: clockTimeWithSeconds(call.at_ms, i18n.language),
          })}
        </Link>
      ))}
      <Button
        size="small"
        className={styles.seen}
        onClick={() => useSeen.setState({ ids: [...seen, ...news.map((call) => call.contact_id)] })}
      >
        {t('emergency.seen')}
      </Button>
    </div>
  );
}

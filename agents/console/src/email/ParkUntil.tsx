import { Button, Dropdown } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { parkContact } from '../api/calls';
import { serverNow } from '../live/store';
import { useSiteZone } from '../session/configuration';
import { useIsStale } from '../shell/useIsStale';
import { Icon } from '../ui/Icon';
import { useCommand } from '../ui/useCommand';
import { instantOf, wallClock } from '../ui/zones';

const ParkDialog = lazy(() => import('./ParkDialog').then((module) => ({ default: module.ParkDialog })));

const HOUR_MS = 3_600_000;
const askPark = (key: string, contactId: string, untilMs: number) => parkContact(contactId, key, untilMs);

/** Nine in the morning, so many days ahead, by the clock of the site. */
export function morningMs(nowMs: number, days: number, zone: string): number {
  const day = new Date(`${wallClock(nowMs, zone).slice(0, 10)}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + days);
  return instantOf(`${day.toISOString().slice(0, 10)}T09:00`, zone);
}

const instants: Record<string, (nowMs: number, zone: string) => number> = {
  hour: (nowMs) => nowMs + HOUR_MS,
  threeHours: (nowMs) => nowMs + 3 * HOUR_MS,
  tomorrow: (nowMs, zone) => morningMs(nowMs, 1, zone),
  threeDays: (nowMs, zone) => morningMs(nowMs, 3, zone),
  week: (nowMs, zone) => morningMs(nowMs, 7, zone),
};

/** Put aside until an instant: it comes back by itself, then or when the customer writes. */
export function ParkUntil({ contactId }: { contactId: string }) {
  const { t } = useTranslation();
  const isStale = useIsStale();
  const park = useCommand(askPark);
  const zone = useSiteZone();
  const [isAsking, ask] = useState(false);
  const items = [...Object.keys(instants), 'other'].map((key) => ({ key, label: t(`mail.until.${key}`) }));
  const parkAt = (untilMs: number) => void park.run(contactId, Math.round(untilMs));
  const onClick = ({ key }: { key: string }) => {
    const instant = instants[key];
    if (instant) parkAt(instant(serverNow(), zone));
    else ask(true);
  };
  return (
    <>
      <Dropdown menu={{ items, onClick }} trigger={['click']} disabled={isStale || park.isBusy}>
        <Button size="small" icon={<Icon name="clock" size={14} />}>
          {t('mail.parkUntil')}
        </Button>
      </Dropdown>
      {isAsking && (
        <Suspense>
          <ParkDialog
            zone={zone}
            onClose={() => ask(false)}
            onPark={(untilMs) => {
              ask(false);
              parkAt(untilMs);
            }}
          />
        </Suspense>
      )}
    </>
  );
}

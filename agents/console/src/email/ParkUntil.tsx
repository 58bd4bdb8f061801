import { Button, Dropdown } from 'antd';
import { useTranslation } from 'react-i18next';
import { parkContact } from '../api/calls';
import { serverNow } from '../live/store';
import { useIsStale } from '../shell/useIsStale';
import { Icon } from '../ui/Icon';
import { useCommand } from '../ui/useCommand';

const HOUR_MS = 3_600_000;
const askPark = (key: string, contactId: string, untilMs: number) => parkContact(contactId, key, untilMs);

/** Nine in the morning, so many days ahead, by the clock of whoever works here. */
export function morningMs(nowMs: number, days: number): number {
  const morning = new Date(nowMs);
  morning.setDate(morning.getDate() + days);
  morning.setHours(9, 0, 0, 0);
  return morning.getTime();
}

const instants: Record<string, (nowMs: number) => number> = {
  hour: (nowMs) => nowMs + HOUR_MS,
  threeHours: (nowMs) => nowMs + 3 * HOUR_MS,
  tomorrow: (nowMs) => morningMs(nowMs, 1),
  threeDays: (nowMs) => morningMs(nowMs, 3),
  week: (nowMs) => morningMs(nowMs, 7),
};

/** Put aside until an instant: it comes back by itself, then or when the customer writes. */
export function ParkUntil({ contactId }: { contactId: string }) {
  const { t } = useTranslation();
  const isStale = useIsStale();
  const park = useCommand(askPark);
  const items = Object.keys(instants).map((key) => ({ key, label: t(`mail.until.${key}`) }));
  const onClick = ({ key }: { key: string }) => {
    const instant = instants[key];
    if (instant) void park.run(contactId, Math.round(instant(serverNow())));
  };
  return (
    <Dropdown menu={{ items, onClick }} trigger={['click']} disabled={isStale || park.isBusy}>
      <Button size="small" icon={<Icon name="clock" size={14} />}>
        {t('mail.parkUntil')}
      </Button>
    </Dropdown>
  );
}

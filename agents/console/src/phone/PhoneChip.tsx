/** The phone in the header: whether it is connected, and what to do when it is not. */
import { Button, Popover, Select } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { preferences, useKept } from '../persist/keep';
import headerStyles from '../shell/Header.module.css';
import { Icon } from '../ui/Icon';
import { connectPhone, MICROPHONE, SPEAKER, usePhone, type PhoneState } from './phone';
import styles from './Phone.module.css';

const CONNECTABLE: PhoneState[] = ['off', 'blocked', 'elsewhere'];

/** Names are told only after the microphone was permitted. */
function useDevices(isOpen: boolean): MediaDeviceInfo[] {
  const [devices, setDevices] = useState<MediaDeviceInfo[]>([]);
  useEffect(() => {
    if (!isOpen || !('mediaDevices' in navigator)) return undefined;
    const read = () => void navigator.mediaDevices.enumerateDevices().then(setDevices, () => undefined);
    read();
    navigator.mediaDevices.addEventListener('devicechange', read);
    return () => navigator.mediaDevices.removeEventListener('devicechange', read);
  }, [isOpen]);
  return devices;
}

function Device({
  name,
  kind,
  devices,
}: {
  name: string;
  kind: MediaDeviceKind;
  devices: MediaDeviceInfo[];
}) {
  const { t } = useTranslation();
  const [chosen, choose] = useKept(preferences, name, '');
  const options = devices
    .filter((one) => one.kind === kind && one.deviceId && one.deviceId !== 'default')
    .map((one) => ({ value: one.deviceId, label: one.label || t('phone.unnamed') }));
  return (
    <label className={styles.device}>
      <span>{t(`phone.${name}`)}</span>
      <Select
        value={chosen}
        onChange={choose}
        options={[{ value: '', label: t('phone.usual') }, ...options]}
      />
    </label>
  );
}

function Settings({ state, isOpen }: { state: PhoneState; isOpen: boolean }) {
  const { t } = useTranslation();
  const devices = useDevices(isOpen && state === 'ready');
  return (
    <div className={styles.settings}>
      <p>{t(`phone.says.${state}`)}</p>
      {CONNECTABLE.includes(state) && (
        <Button type="primary" onClick={connectPhone}>
          {t(state === 'elsewhere' ? 'phone.here' : 'phone.connect')}
        </Button>
      )}
      {state === 'ready' && (
        <>
          <Device name={MICROPHONE} kind="audioinput" devices={devices} />
          <Device name={SPEAKER} kind="audiooutput" devices={devices} />
        </>
      )}
    </div>
  );
}

export function PhoneChip() {
  const { t } = useTranslation();
  const state = usePhone((phone) => phone.state);
  const [isOpen, setOpen] = useState(false);
  if (state === 'absent') return null;
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      title={t('phone.title')}
      open={isOpen}
      onOpenChange={setOpen}
      content={<Settings state={state} isOpen={isOpen} />}
    >
      <button
        type="button"
        className={`${headerStyles.chip} ${styles.chip}`}
        data-phone={state}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
      >
        <Icon name={state === 'ready' ? 'voice' : 'muted'} />
        <span role="status">{t(`phone.state.${state}`)}</span>
      </button>
    </Popover>
  );
}

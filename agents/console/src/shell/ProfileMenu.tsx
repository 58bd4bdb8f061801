import { Button, Popover, Slider, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSingleKeys } from '../keys/actions';
import { useAlertPermission } from '../offer/notify';
import { playRing, useVolume } from '../offer/ring';
import { useNames } from '../session/configuration';
import { useUser } from '../session/session';
import { Icon } from '../ui/Icon';
import { OwnPasswordDialog } from './OwnPasswordDialog';
import styles from './ProfileMenu.module.css';
import { useLogOut } from './useLeaving';

function Alerts() {
  const { t } = useTranslation();
  const [volume, setVolume] = useVolume();
  const [permission, ask] = useAlertPermission();
  return (
    <section className={styles.part}>
      <h2 id="profile-alerts">{t('profile.alerts')}</h2>
      <div className={styles.row}>
        <Icon name={volume > 0 ? 'sound' : 'muted'} />
        <Slider
          className={styles.slider}
          min={0}
          max={100}
          value={Math.round(volume * 100)}
          onChange={(value) => setVolume(value / 100)}
          ariaLabelForHandle={t('profile.volume')}
        />
        <Button size="small" onClick={() => playRing(volume)}>
          {t('profile.tryRing')}
        </Button>
      </div>
      <div className={styles.row}>
        <Icon name="bell" />
        <span className={styles.grow}>{t(`profile.notifications.${permission}`)}</span>
        {permission === 'default' && (
          <Button size="small" onClick={ask}>
            {t('profile.turnOn')}
          </Button>
        )}
      </div>
    </section>
  );
}

function Keys() {
  const { t } = useTranslation();
  const [isOn, set] = useSingleKeys();
  return (
    <section className={styles.part}>
      <label className={styles.row}>
        <Icon name="keyboard" />
        <span className={styles.grow}>{t('profile.singleKeys')}</span>
        <Switch size="small" checked={isOn} onChange={set} />
      </label>
    </section>
  );
}

export function ProfileMenu({ onHelp }: { onHelp: () => void }) {
  const { t } = useTranslation();
  const user = useUser();
  const names = useNames();
  const logOut = useLogOut();
  const [isOpen, setOpen] = useState(false);
  const [isChanging, setChanging] = useState(false);
  const then = (act: () => void) => () => {
    setOpen(false);
    act();
  };
  const content = (
    <div className={styles.menu}>
      <section className={styles.who}>
        <strong>{user.display_name}</strong>
        <span>
          {[user.username, t(`role.${user.role}`), names.team(user.team_id)].filter(Boolean).join(' · ')}
        </span>
      </section>
      {user.role === 'agent' && <Alerts />}
      <Keys />
      <section className={styles.part}>
        <Button type="text" block icon={<Icon name="keyboard" />} onClick={then(onHelp)}>
          <span className={styles.grow}>{t('help.title')}</span>
          <kbd>?</kbd>
        </Button>
        <Button type="text" block icon={<Icon name="key" />} onClick={then(() => setChanging(true))}>
          <span className={styles.grow}>{t('profile.changePassword')}</span>
        </Button>
        <Button type="text" block icon={<Icon name="logOut" />} onClick={then(logOut)}>
          <span className={styles.grow}>{t('action.logOut')}</span>
        </Button>
      </section>
    </div>
  );
  return (
    <>
      {isChanging && <OwnPasswordDialog onClose={() => setChanging(false)} />}
      <Popover
        trigger="click"
        placement="bottomRight"
        arrow={false}
        open={isOpen}
        onOpenChange={setOpen}
        content={content}
        styles={{ container: { padding: 0 } }}
      >
        <Button type="text" className={styles.button}>
          <span className="visually-hidden">{t('shell.profile')}</span>
          <span className={styles.avatar} aria-hidden>
            {user.display_name.slice(0, 1)}
          </span>
          <span className={styles.name}>{user.display_name}</span>
        </Button>
      </Popover>
    </>
  );
}

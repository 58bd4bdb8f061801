/** The pages in the header: as many as there is room for, the others under "More". */
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, useLocation } from 'react-router';
import { useUser } from '../session/session';
import { Icon } from '../ui/Icon';
import styles from './Header.module.css';
import { pagesOf, type PageName } from './pages';

/** Links that find no room wrap into a row nobody sees: which those are is read from where they stand. */
function useWrapped(pages: PageName[], changed: string) {
  const list = useRef<HTMLUListElement>(null);
  const [wrapped, setWrapped] = useState<PageName[]>([]);
  useLayoutEffect(() => {
    const shown = list.current;
    if (!shown) return undefined;
    const measure = () => {
      const items = [...shown.children] as HTMLElement[];
      const top = items[0]?.offsetTop ?? 0;
      const next = pages.filter((_, at) => (items[at]?.offsetTop ?? top) > top);
      setWrapped((before) => (before.join() === next.join() ? before : next));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(shown);
    return () => observer.disconnect();
  }, [pages, changed]);
  return { list, wrapped };
}

function More({ pages, current }: { pages: PageName[]; current: PageName | undefined }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const whole = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isOpen) return undefined;
    const onPress = ({ target }: PointerEvent) => {
      if (target instanceof Node && !whole.current?.contains(target)) setOpen(false);
    };
    document.addEventListener('pointerdown', onPress);
    return () => document.removeEventListener('pointerdown', onPress);
  }, [isOpen]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !isOpen) return;
    event.stopPropagation();
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div
      ref={whole}
      className={styles.more}
      onKeyDown={onKeyDown}
      onBlur={({ relatedTarget }) => {
        if (relatedTarget && !whole.current?.contains(relatedTarget)) setOpen(false);
      }}
    >
      <button
        ref={button}
        type="button"
        className={styles.link}
        aria-expanded={isOpen}
        data-current={current}
        onClick={() => setOpen(!isOpen)}
      >
        {current ? t('shell.moreAt', { page: t(`page.${current}`) }) : t('shell.more')}
        <Icon name="down" size={14} />
      </button>
      {isOpen && (
        <ul className={styles.morePages}>
          {pages.map((name) => (
            <li key={name}>
              <NavLink to={`/${name}`} className={styles.moreLink} onClick={() => setOpen(false)}>
                {t(`page.${name}`)}
              </NavLink>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function Nav() {
  const { t, i18n } = useTranslation();
  const { role } = useUser();
  const { pathname } = useLocation();
  const pages = pagesOf(role);
  const { list, wrapped } = useWrapped(pages, `${i18n.language} ${pathname}`);
  const current = wrapped.find((name) => pathname.split('/')[1] === name);
  return (
    <nav className={styles.nav} aria-label={t('shell.pages')}>
      <ul ref={list} className={styles.pages}>
        {pages.map((name) => (
          <li key={name} data-wrapped={wrapped.includes(name) || undefined}>
            <NavLink to={`/${name}`} className={styles.link}>
              {t(`page.${name}`)}
            </NavLink>
          </li>
        ))}
      </ul>
      {wrapped.length > 0 && <More pages={wrapped} current={current} />}
    </nav>
  );
}

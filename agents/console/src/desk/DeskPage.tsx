import { Segmented, Splitter } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../live/store';
import { useKept } from '../persist/keep';
import { useKeep } from '../session/session';
import { useMedia } from '../theme/theme';
import { Loading } from '../ui/Panel';
import { ContextPane } from './ContextPane';
import { Conversation } from './Conversation';
import styles from './Desk.module.css';
import { NothingOpen } from './NothingOpen';
import { resumeOutbox } from './outbox';
import { useDeskTitle } from './useDeskTitle';
import { useLoadChats, useOpenItem, useWorkKeys } from './work';
import { WorkList } from './WorkList';

/** The right one is as wide as an offer card with its margins, so a card covers nothing of the conversation. */
const SIDES_DEFAULT: [number, number] = [290, 376];

/** Below this the three panes do not fit beside each other: a zoomed page, a small window. */
const NARROW = '(max-width: 979px)';
const paneNames = ['work', 'conversation', 'context'] as const;
type PaneName = (typeof paneNames)[number];
type Panes = Record<PaneName, ReactNode>;

function WidePanes({ panes }: { panes: Panes }) {
  const [sides, setSides] = useKept(useKeep(), 'sides', SIDES_DEFAULT);
  const [left, right] = sides;
  return (
    <Splitter
      className={styles.desk}
      onResizeEnd={([listPx = left, , contextPx = right]) =>
        setSides([Math.round(listPx), Math.round(contextPx)])
      }
    >
      <Splitter.Panel defaultSize={left} min={260} max={380}>
        {panes.work}
      </Splitter.Panel>
      <Splitter.Panel min={420}>{panes.conversation}</Splitter.Panel>
      <Splitter.Panel defaultSize={right} min={280} max={440}>
        {panes.context}
      </Splitter.Panel>
    </Splitter>
  );
}

function NarrowPanes({ panes }: { panes: Panes }) {
  const { t } = useTranslation();
  const [shown, show] = useState<PaneName>('conversation');
  const options = paneNames.map((value) => ({ value, label: t(`${value}.title`) }));
  return (
    <div className={styles.narrow}>
      <Segmented block options={options} value={shown} onChange={show} aria-label={t('shell.panes')} />
      <div className={styles.pane}>{panes[shown]}</div>
    </div>
  );
}

export default function DeskPage() {
  const { t } = useTranslation();
  const keep = useKeep();
  const hasDesk = useLive((state) => Boolean(state.desk));
  const isNarrow = useMedia(NARROW);
  const [open] = useOpenItem();
  useEffect(() => resumeOutbox(keep), [keep]);
  useLoadChats();
  useWorkKeys();
  useDeskTitle();
  const nothing = hasDesk ? <NothingOpen /> : <Loading rows={8} />;
  const panes: Panes = {
    work: hasDesk ? <WorkList /> : <Loading rows={5} />,
    conversation: open ? <Conversation key={open.contact_id} item={open} /> : nothing,
    context: <ContextPane item={open} />,
  };
  return (
    <>
      <h1 className="visually-hidden">{t('page.desk')}</h1>
      {isNarrow ? <NarrowPanes panes={panes} /> : <WidePanes panes={panes} />}
    </>
  );
}

/** The board for a screen on the wall: no navigation, figures to be read from afar, and nothing that needs a hand. */
import { useCallback, useEffect, useLayoutEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import type { BoardPush } from '../api/types';
import { isLayerOpen, useAction } from '../keys/actions';
import { useLive, watchBoard } from '../live/store';
import { useNames } from '../session/configuration';
import { darkByDefault } from '../theme/theme';
import { Empty, Loading } from '../ui/Panel';
import { usePageTitle } from '../ui/usePageTitle';
import { QueueTile } from './QueueTile';
import { choose, chosenIds, onPage, pageCount, tileOf, troubleFirst, type Tile } from './tiles';
import { TotalsLine } from './TotalsLine';
import { useFreshness } from './useFreshness';
import { useAwake, useFullScreen } from './useScreen';
import { useTurning } from './useTurning';
import { WallHeader } from './WallHeader';
import styles from './Wallboard.module.css';

/** Esc, once the browser has used it to leave the full screen and no dialog wants it. */
function useEscape(run: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.isComposing || document.fullscreenElement || isLayerOpen()) return;
      run();
    };
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, [run]);
}

function useWatched(): void {
  useEffect(() => {
    watchBoard(true);
    return () => watchBoard(false);
  }, []);
}

interface TilesProps {
  board: BoardPush | null;
  tiles: Tile[];
  unknown: string[];
  page: number;
}

function Tiles({ board, tiles, unknown, page }: TilesProps) {
  const { t } = useTranslation();
  if (!board) return <Loading rows={10} />;
  const shown = onPage(tiles, page);
  return (
    <>
      {unknown.length > 0 && (
        <p className={styles.unknown} role="note">
          {t('wallboard.unknown', { ids: unknown.join(', ') })}
        </p>
      )}
      {!shown.length && <Empty icon="task" title={t('board.noQueues')} text={t('board.noQueuesText')} />}
      <div className={styles.tiles} data-count={shown.length} data-page={page + 1}>
        {shown.map((tile) => (
          <QueueTile key={tile.queue.queue_id} tile={tile} />
        ))}
      </div>
    </>
  );
}

export default function WallboardPage() {
  const { t } = useTranslation();
  const names = useNames();
  const navigate = useNavigate();
  const [query] = useSearchParams();
  const board = useLive((state) => state.board);
  const fresh = useFreshness();
  const full = useFullScreen();
  const { shown, unknown } = choose(board?.queues ?? [], chosenIds(query.get('queues')));
  const tiles = troubleFirst(
    shown.map((queue) => tileOf(queue, names.queueConfig(queue.queue_id), fresh.asOfMs)),
  );
  const pages = pageCount(tiles.length);
  const turning = useTurning(pages);
  const back = useCallback(() => void navigate('/supervisor'), [navigate]);
  const many = pages > 1;
  usePageTitle('wallboard');
  useWatched();
  useAwake();
  useLayoutEffect(darkByDefault, []);
  useEscape(back);
  useAction('fullScreen', full.isPossible ? full.toggle : undefined);
  useAction('turning', many ? turning.toggle : undefined);
  useAction('nextPage', many ? () => turning.show(turning.page + 1) : undefined);
  useAction('previousPage', many ? () => turning.show(turning.page - 1) : undefined);
  return (
    <div className={styles.wall} data-wallboard data-stale={fresh.isStale}>
      <h1 className="visually-hidden">{t('page.wallboard')}</h1>
      <WallHeader fresh={fresh} turning={turning} pages={pages} full={full} onBack={back} />
      <Tiles board={board} tiles={tiles} unknown={unknown} page={turning.page} />
      {board && <TotalsLine tiles={tiles} agents={board.agents} />}
    </div>
  );
}

import type { ECharts } from 'echarts/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { dark, light } from '../theme/palette';
import { useTheme } from '../theme/theme';
import { count, percent } from '../ui/format';
import { Loading } from '../ui/Panel';
import { pictureOf, type Words } from './picture';
import styles from './Reports.module.css';
import type { Sum } from './sums';
import { useWhen } from './useWhen';

interface ChartProps {
  sums: Sum[];
  step: 'hour' | 'day';
  title: string;
}

/** The picture of a queue. What it shows stands in the table of the same panel too. */
export function Chart({ sums, step, title }: ChartProps) {
  const { t, i18n } = useTranslation();
  const { isDark } = useTheme();
  const when = useWhen(step);
  const place = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<ECharts>();
  useEffect(() => {
    let drawn: ECharts | undefined;
    let isGone = false;
    const follow = new ResizeObserver(() => drawn?.resize());
    void import('./drawing').then(({ init }) => {
      if (isGone || !place.current) return;
      drawn = init(place.current, null, { renderer: 'svg' });
      follow.observe(place.current);
      setChart(drawn);
    });
    return () => {
      isGone = true;
      follow.disconnect();
      drawn?.dispose();
    };
  }, []);
  useEffect(() => {
    const words: Words = {
      title,
      part: (name) => t(`reports.part.${name}`),
      level: t('board.column.service_level'),
      percent: (permille) => percent(permille, i18n.language),
      when,
    };
    chart?.setOption(pictureOf(sums, isDark ? dark : light, words), { notMerge: true });
  }, [chart, sums, title, isDark, when, t, i18n.language]);
  const all = sums.reduce((sum, one) => sum + one.entered, 0);
  return (
    <div className={styles.chart} data-entered={all}>
      {!chart && <Loading rows={5} />}
      <div
        ref={place}
        className={styles.drawing}
        role="img"
        aria-label={t('reports.chartIs', { title, entered: count(all, i18n.language) })}
      />
    </div>
  );
}

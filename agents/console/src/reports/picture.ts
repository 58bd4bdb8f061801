/** What is drawn of a queue's sums: how each contact ended as a stack, the service level as a line above it. */
import type { Palette } from '../theme/palette';
import { FONT } from '../theme/theme';
import { permilleOf, type Sum } from './sums';

export const parts = ['inTime', 'late', 'abandoned', 'movedOn', 'open'] as const;
type Part = (typeof parts)[number];

const colours: Record<Part, (palette: Palette) => string> = {
  inTime: (palette) => palette.accent,
  late: (palette) => palette.warning,
  abandoned: (palette) => palette.breach,
  movedOn: (palette) => palette.wrapUp,
  open: (palette) => palette.border,
};

export interface Words {
  title: string;
  part: (name: Part) => string;
  level: string;
  percent: (permille: number) => string;
  when: (startMs: number) => string;
}

export function pictureOf(sums: Sum[], palette: Palette, words: Words) {
  const text = { color: palette.muted, fontSize: 12 };
  return {
    animation: false,
    textStyle: { fontFamily: FONT },
    aria: { enabled: true, label: { description: words.title } },
    grid: { top: 36, right: 56, bottom: 28, left: 48 },
    legend: { top: 4, textStyle: { ...text, color: palette.text }, itemHeight: 10 },
    tooltip: {
      trigger: 'axis' as const,
      backgroundColor: palette.raised,
      borderColor: palette.line,
      textStyle: { ...text, color: palette.text },
    },
    xAxis: { type: 'category' as const, data: sums.map((sum) => words.when(sum.startMs)), axisLabel: text },
    yAxis: [
      {
        type: 'value' as const,
        minInterval: 1,
        axisLabel: text,
        splitLine: { lineStyle: { color: palette.line } },
      },
      {
        type: 'value' as const,
        min: 0,
        max: 1000,
        interval: 250,
        axisLabel: { ...text, formatter: words.percent },
        splitLine: { show: false },
      },
    ],
    series: [
      ...parts.map((name) => ({
        name: words.part(name),
        type: 'bar' as const,
        stack: 'contacts',
        barMaxWidth: 40,
        itemStyle: { color: colours[name](palette) },
        data: sums.map((sum) => sum[name]),
      })),
      {
        name: words.level,
        type: 'line' as const,
        yAxisIndex: 1,
        symbolSize: 7,
        connectNulls: false,
        lineStyle: { color: palette.talking, width: 2 },
        itemStyle: { color: palette.talking },
        tooltip: {
          valueFormatter: (value: unknown) => (typeof value === 'number' ? words.percent(value) : '–'),
        },
        data: sums.map((sum) => permilleOf(sum.part, sum.whole)),
      },
    ],
  };
}

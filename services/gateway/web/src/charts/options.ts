import type { Option } from './echarts'

export interface Series {
  labels: readonly string[]
  values: readonly (number | null)[]
  before?: readonly (number | null)[] | undefined
  names: { now: string; before: string }
  write: (value: number) => string
  /** A stock or a rate is a line, what happened is bars. */
  line: boolean
}

type Colour = (name: string) => string

function axes(colour: Colour, write: (value: number) => string): Option {
  return {
    grid: { left: 8, right: 12, top: 16, bottom: 4, containLabel: true },
    yAxis: {
      type: 'value',
      splitNumber: 4,
      axisLabel: { color: colour('text-3'), formatter: write },
      splitLine: { lineStyle: { color: colour('line-soft') } },
    },
  }
}

const axis = (colour: Colour, labels: readonly string[]): Option => ({
  type: 'category',
  data: labels,
  axisTick: { show: false },
  axisLine: { lineStyle: { color: colour('text-3') } },
  axisLabel: { color: colour('text-3'), hideOverlap: true },
})

// Tooltips are drawn on the canvas: the policy of the page allows no styled markup.
const tip = (colour: Colour, write: (value: number) => string): Option => ({
  trigger: 'axis',
  renderMode: 'richText',
  confine: true,
  backgroundColor: colour('raised'),
  borderColor: colour('line'),
  textStyle: { color: colour('text'), fontSize: 13 },
  valueFormatter: (value: unknown) => (typeof value === 'number' ? write(value) : '—'),
})

/** A course over time, with that of the period compared with. */
export function course(series: Series): (colour: Colour) => Option {
  return (colour) => ({
    ...axes(colour, series.write),
    tooltip: tip(colour, series.write),
    xAxis: axis(colour, series.labels),
    series: [
      series.line
        ? {
            name: series.names.now,
            type: 'line',
            data: series.values,
            showSymbol: series.values.length < 15,
            lineStyle: { color: colour('azurite'), width: 2 },
            itemStyle: { color: colour('azurite') },
          }
        : { name: series.names.now, type: 'bar', data: series.values, barMaxWidth: 28, itemStyle: { color: colour('azurite') } },
      ...(series.before
        ? [
            {
              name: series.names.before,
              type: 'line',
              data: series.before,
              showSymbol: false,
              lineStyle: { color: colour('gamboge'), width: 1.5, type: 'dashed' },
              itemStyle: { color: colour('gamboge') },
            },
          ]
        : []),
    ],
  })
}

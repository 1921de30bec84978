import { BarChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

// Only what the desk draws; the rest of ECharts stays out of the bundle.
use([LineChart, BarChart, GridComponent, TooltipComponent, AriaComponent, CanvasRenderer])

export { init }
export type { EChartsType } from 'echarts/core'
export type { EChartsCoreOption as Option } from 'echarts/core'

/** A colour of the tokens, as it is in force where an element stands. */
export function token(element: Element, name: string): string {
  return getComputedStyle(element).getPropertyValue(`--${name}`).trim()
}

import { ref } from 'vue'

/** Whether what is shown is being printed. */
export const inPrint = ref(matchMedia('print').matches)
matchMedia('print').addEventListener('change', (event) => (inPrint.value = event.matches))
addEventListener('beforeprint', () => (inPrint.value = true))
addEventListener('afterprint', () => (inPrint.value = false))

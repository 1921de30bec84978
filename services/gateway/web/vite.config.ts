import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

// Where `npm run dev` finds a gateway; the build itself knows no address.
const gateway = process.env.WANGGE_GATEWAY ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [vue({ features: { optionsAPI: false } })],
  define: {
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  build: {
    target: 'chrome90',
    cssTarget: 'chrome90',
    assetsInlineLimit: 0, // the policy allows no data: fonts or scripts
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/v1': gateway, '/docs': gateway, '/openapi.json': gateway } },
})
